// Memory that runs out on demand: the test program's operator new is one that fails when it is told to.
//
// There is no other way to have one chosen allocation fail, and so to go through all of them, one after the other.
// Thread rule: one at a time, made and ended by the test's thread; any thread may allocate meanwhile. It ends when
// nobody looks at it any more, so a thread that is late counts for this one, and never for the next.
#pragma once

#include <atomic>
#include <string>

namespace glassgate::test {

// As long as it lives, of the allocations on threads whose name begins with `threads` ("conn-", "accept", "log") those
// from number `first` on fail, `times` of them.
class FailingNew {
 public:
  static constexpr int for_ever = 1'000'000'000;

  FailingNew(std::string threads, int first, int times = 1);
  ~FailingNew();
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;

  int failures() const { return failed_; }          // so far
  int allocations() const { return allocations_; }  // so far, on those threads
  // For operator new: counts an allocation of the calling thread, and says whether it is to fail.
  bool fails_next() const;

 private:
  const std::string threads_;
  const int first_;
  const int last_;
  mutable std::atomic<int> allocations_{0};
  mutable std::atomic<int> failed_{0};
};

}  // namespace glassgate::test
