// Exercise 22.2 begins here: the highest number that was ever noted, by many threads and without a lock.
#pragma once

#include <atomic>
#include <cstdint>

namespace glassgate::exercises {

class HighWater {
 public:
  void note(uint64_t n) { value_.store(n, std::memory_order_relaxed); }  // yours: this is the last, not the highest
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

}  // namespace glassgate::exercises
