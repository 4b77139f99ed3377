// Retry budget: retries may be a part of the traffic, never a multiple of it.
//
// Problem: when a whole upstream fails, every request becomes two, and the retries keep down what might have come back.
// Algorithm: requests and retries are counted over a sliding window (ten slots of a second). A retry is allowed while
// the retries in the window stay within a share of the requests in it, or within a small number that quiet upstreams
// have.
// Guarantee: whenever a retry is allowed, the retries of the window that ends then, this one among them, are at most
// max(free_retries, share * requests).
// Invariants:
//   I1 a retry that was not allowed is not counted
//   I2 what is older than the window has no say
//   I3 a clock that steps back is taken for standing still
// Thread rule: any thread; one lock around a step of a few additions. Units: numbers of requests; seconds.
// Source: Finagle's RetryBudget (20 % and a minimum); "Addressing Cascading Failures" in Google's SRE book.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"
#include "base/mutex.h"

namespace glassgate {

class RetryBudget {
 public:
  static constexpr uint64_t share_percent = 20;
  static constexpr uint64_t free_retries = 10;  // in a window
  static constexpr Duration slot_length = std::chrono::seconds(1);
  static constexpr size_t slots = 10;

  void count_request(TimePoint now);
  bool allow_retry(TimePoint now);

 private:
  struct Slot {
    uint64_t requests = 0;
    uint64_t retries = 0;
  };
  void advance(TimePoint now) REQUIRES(mutex_);

  Mutex mutex_;
  std::array<Slot, slots> ring_ GUARDED_BY(mutex_){};
  Slot total_ GUARDED_BY(mutex_);
  int64_t newest_ GUARDED_BY(mutex_) = 0;  // the number of the slot that `now` is in, since the clock's beginning
};

}  // namespace glassgate
