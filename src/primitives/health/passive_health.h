// Passive health: what real traffic says.
//
// Problem: a backend may answer every probe and fail every request.
// Algorithm: successes and failures are counted over a sliding window in ten slots; old slots fall out as time goes on.
// Guarantee: unhealthy while, in the window, at least min_requests were seen and failures / requests >= error_rate.
// Memory is constant. The window is exact to one slot, a tenth of it.
// Invariants:
//   I1 below min_requests nothing is concluded: healthy
//   I2 a backend that gets no traffic becomes healthy again when its failures have left the window
//   I3 a clock that steps back is taken for standing still
// Thread rule: none of its own; its owner locks (health/health.h).
// Source: Envoy's outlier detection (failure percentage) for the idea; the slots are those of Hystrix's rolling
// numbers.
#pragma once

#include <array>
#include <cstdint>

#include "base/clock.h"

namespace glassgate {

struct PassiveThresholds {
  Duration window = std::chrono::seconds(30);
  double error_rate = 0.5;
  unsigned min_requests = 10;
  bool operator==(const PassiveThresholds&) const = default;
};

class PassiveHealth {
 public:
  static constexpr int64_t slots = 10;
  struct Counts {
    uint64_t requests = 0;
    uint64_t failures = 0;
  };

  explicit PassiveHealth(const PassiveThresholds& thresholds) : thresholds_(thresholds) {}

  void record(bool success, TimePoint now);
  bool healthy(TimePoint now);
  // False: healthy() will be true until the next failure is recorded, whatever the time.
  bool is_in_doubt() const { return total_.failures > 0 || thresholds_.error_rate <= 0; }
  Counts counts(TimePoint now);  // in the window

 private:
  void advance(TimePoint now);

  PassiveThresholds thresholds_;
  std::array<Counts, slots> ring_{};
  Counts total_;
  int64_t newest_ = 0;  // the number of the current slot, since the clock's beginning
};

}  // namespace glassgate
