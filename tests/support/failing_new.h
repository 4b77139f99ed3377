// Memory that runs out on demand: the test program's operator new is one that fails when it is told to.
//
// There is no other way to have one chosen allocation fail, and so to go through all of them, one after the other.
#pragma once

#include <string>

namespace glassgate::test {

// As long as it lives, of the allocations on threads whose name begins with `threads` ("conn-", "accept", "log") those
// from number `first` on fail, `times` of them. One at a time.
class FailingNew {
 public:
  static constexpr int for_ever = 1'000'000'000;

  FailingNew(const std::string& threads, int first, int times = 1);
  ~FailingNew();
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;

  int failures() const;  // so far
};

}  // namespace glassgate::test
