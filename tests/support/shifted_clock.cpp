#include "support/shifted_clock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <ctime>

namespace {

std::atomic<std::time_t> shift{0};

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* out) {
  const long result = ::syscall(SYS_clock_gettime, clock, out);
  if (result == 0 && clock == CLOCK_REALTIME) out->tv_sec += shift;
  return static_cast<int>(result);
}

namespace glassgate::test {

ShiftedClock::ShiftedClock(std::chrono::seconds by) {
  shift = by.count();
}

ShiftedClock::~ShiftedClock() {
  shift = 0;
}

}  // namespace glassgate::test
