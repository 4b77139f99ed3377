// What is counted: numbers that only grow, numbers that come and go, and how values are spread.
//
// Problem: every request counts, on every thread, while somebody may be reading.
// Guarantee: counting takes no lock and loses nothing. A reading is made of values that were true at about the same
// time, not of one instant.
// Invariants:
//   I1 a histogram's buckets hold what is at or below their bound; what is above all of them is only in the total
//   I2 the sum of the buckets and of what is above is the count, in every reading
// Thread rule: any thread. Units: seconds in a histogram of times.
// Source: the Prometheus data model (counter, histogram).
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "base/clock.h"

namespace glassgate {

class Counter {
 public:
  void add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Times, in the buckets that suit HTTP: 5 ms to 10 s.
class Histogram {
 public:
  static constexpr std::array<double, 11> bounds{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10};

  struct Reading {
    std::array<uint64_t, bounds.size()> cumulative{};  // at or below bounds[i]
    uint64_t count = 0;
    double sum = 0;
  };

  void observe(Duration time);
  Reading read() const;

 private:
  std::array<std::atomic<uint64_t>, bounds.size() + 1> buckets_{};  // the last: above all bounds
  std::atomic<uint64_t> sum_ns_{0};
};

}  // namespace glassgate
