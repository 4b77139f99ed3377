// Giving the processor to others before a wait, where that saves the wait.
//
// Problem: a thread that waits for an answer, for its client's next request, or for its next client, goes to sleep and
// is woken a moment later, which is most of what a small request costs. On a busy machine the backend, the client, and
// the threads of other requests want the processor in that moment anyway.
// Algorithm: sched_yield() before the wait. When this thread's turn comes again, what it waits for is often there,
// and nobody had to be put to sleep or woken: under load, many threads that wait for turns work as one loop over the
// connections that are ready. But where somebody else's work wants the processor (a compiler, a backup), a turn is
// that one's whole time slice. So every yield is timed, and its time divided by the number of threads that were
// yielding: the share of one request. As long as the mean share is what a request may take (`longest_share`), yields
// are spent on requests: a small one takes 20 to 80 microseconds of a processor, with what its client and its backend
// do for it. When it is longer, the next `pause` waits leave it out; then it is tried again, by all threads: one
// alone would be behind all others that want the processor, whatever they want it for, and learn nothing. And where
// nobody else wants the processor, a yield returns at once, for the price of a system call: as long as the mean is
// below `shortest_share`, one wait in `when_idle` tries it.
// Guarantee: beside work of others a yield delays some dozens of waits, and then as many in every `pause`. On an idle
// processor it is hardly ever made.
// Thread rule: any thread. The mean is kept without a lock; an update that is lost in a race is one sample less.
#pragma once

#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace glassgate {

class Yield {
 public:
  static constexpr Duration longest_share = std::chrono::microseconds(160);
  static constexpr uint64_t pause = 8192;
  static constexpr Duration shortest_share = std::chrono::microseconds(2);
  static constexpr uint64_t when_idle = 16;

  void before_wait();

  // The two halves of it: whether a yield is due, and what one has taken while `yielding` threads were at it.
  bool is_due();
  void record(Duration taken, int64_t yielding);

 private:
  std::atomic<int64_t> yielding_{0};
  std::atomic<int64_t> mean_share_{longest_share.count() / 2};  // nanoseconds
  std::atomic<uint64_t> left_out_{0};                           // while it was too long
  std::atomic<uint64_t> idle_waits_{0};                         // while it was too short
};

}  // namespace glassgate
