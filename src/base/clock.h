// Time, as everything here measures it.
//
// Problem: code that reads a clock by itself can only be tested by sleeping.
// Guarantee: primitives and stages take `now` as an argument; whoever needs "now" for them has a Clock to ask,
// so that a test can hand over one that it moves by hand. (Sockets wait on the kernel's clock, and so do those who wait
// for sockets or threads.)
//
// Steady time (TimePoint) is for intervals and deadlines and never steps back. Wall time (WallTime) is for people:
// log lines, the Date field, /status.
// Thread rule: a Clock may be asked by any number of threads at once.
#pragma once

#include <array>
#include <chrono>
#include <string>

namespace glassgate {

using Duration = std::chrono::nanoseconds;
using TimePoint = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall() const = 0;
};

// The machine's clocks. (tests/support has the other implementation, ManualClock.)
class SystemClock final : public Clock {
 public:
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override { return std::chrono::system_clock::now(); }
};

// 2024-02-29T23:59:59.123Z: RFC 3339 in UTC, with milliseconds.
using Rfc3339 = std::array<char, 24>;
Rfc3339 rfc3339(WallTime t);

// Thu, 29 Feb 2024 23:59:59 GMT: the IMF-fixdate of RFC 9110 section 5.6.7.
std::string http_date(WallTime t);

inline double to_milliseconds(Duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}

}  // namespace glassgate
