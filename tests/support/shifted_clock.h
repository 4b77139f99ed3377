// Clocks that jump: in the test program, what clock_gettime() says of one clock is the system's and this much more.
//
// The wall clock (CLOCK_REALTIME) jumps when somebody sets a machine's clock: what measures intervals is left alone.
// CLOCK_MONOTONIC never jumps; it is for tests that cannot wait for what is measured with it. Who waits until a time of
// that clock meanwhile waits longer by what it is ahead, and not at all while it is behind: the kernel knows no shift.
#pragma once

#include <chrono>
#include <ctime>

namespace glassgate::test {

// As long as it lives; one at a time.
class ShiftedClock {
 public:
  explicit ShiftedClock(std::chrono::seconds by, clockid_t clock = CLOCK_REALTIME);
  ~ShiftedClock();
  ShiftedClock(const ShiftedClock&) = delete;
  ShiftedClock& operator=(const ShiftedClock&) = delete;
};

}  // namespace glassgate::test
