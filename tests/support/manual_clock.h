// A clock that stands still until a test moves it.
// Thread rule: any thread may ask and move it.
#pragma once

#include <atomic>

#include "base/clock.h"

namespace glassgate::test {

class ManualClock final : public Clock {
 public:
  TimePoint now() const override { return TimePoint(Duration(since_start_.load())); }
  // 2024-02-29T12:00:00Z when the clock is new.
  WallTime wall() const override {
    return WallTime(std::chrono::duration_cast<WallTime::duration>(start_of_wall + Duration(since_start_.load())));
  }
  void advance(Duration by) { since_start_ += by.count(); }

 private:
  static constexpr Duration start_of_wall = std::chrono::seconds(1'709'208'000);
  std::atomic<Duration::rep> since_start_{std::chrono::nanoseconds(std::chrono::hours(1)).count()};
};

}  // namespace glassgate::test
