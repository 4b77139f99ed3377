#include "support/threads.h"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>

namespace glassgate::test {
namespace {

TEST_CASE("threads: join() throws what one of them threw, when all of them have ended, and only once") {
  Threads threads;
  std::atomic<int> done{0};
  threads.start([&] { throw std::runtime_error("one of three"); });
  for (int i = 0; i < 2; ++i) threads.start([&] { ++done; });
  CHECK_THROWS_WITH(threads.join(), "one of three");
  CHECK(done == 2);
  CHECK_NOTHROW(threads.join());
}

TEST_CASE("threads: a test that throws waits for them, and keeps its own error") {
  std::atomic<bool> done{false};
  const auto test = [&] {
    Threads threads;
    threads.start([&] {
      done = true;
      throw std::runtime_error("the thread's");
    });
    throw std::runtime_error("the test's");
  };
  CHECK_THROWS_WITH(test(), "the test's");
  CHECK(done);
}

}  // namespace
}  // namespace glassgate::test
