// A wall clock that jumps: in the test program, clock_gettime(CLOCK_REALTIME) is the system's and this much more.
// What measures intervals (CLOCK_MONOTONIC) is left alone, as it is when somebody sets a machine's clock.
#pragma once

#include <chrono>

namespace glassgate::test {

// As long as it lives.
class ShiftedClock {
 public:
  explicit ShiftedClock(std::chrono::seconds by);
  ~ShiftedClock();
  ShiftedClock(const ShiftedClock&) = delete;
  ShiftedClock& operator=(const ShiftedClock&) = delete;
};

}  // namespace glassgate::test
