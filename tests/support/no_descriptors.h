// While an object of this lives, the process can open no descriptor. What is open stays open.
#pragma once

#include <doctest/doctest.h>
#include <sys/resource.h>

namespace glassgate::test {

class NoDescriptors {
 public:
  NoDescriptors() {
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before_) == 0);
    const rlimit none{3,
                      before_.rlim_max};  // the standard streams have these; and poll() refuses more entries than that
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &none) == 0);
  }
  ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
  NoDescriptors(const NoDescriptors&) = delete;
  NoDescriptors& operator=(const NoDescriptors&) = delete;

 private:
  rlimit before_{};
};

}  // namespace glassgate::test
