#include "support/shifted_clock.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

namespace {

std::atomic<clockid_t> shifted{CLOCK_REALTIME};
std::atomic<std::time_t> shift{0};

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* out) {
  const long result = ::syscall(SYS_clock_gettime, clock, out);
  if (result == 0 && clock == shifted) out->tv_sec += shift;
  return static_cast<int>(result);
}

namespace glassgate::test {

ShiftedClock::ShiftedClock(std::chrono::seconds by, clockid_t clock) {
  shifted = clock;
  shift = by.count();
}

ShiftedClock::~ShiftedClock() {
  shift = 0;
}

}  // namespace glassgate::test
