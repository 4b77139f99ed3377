#include "primitives/health/passive_health.h"

#include <algorithm>

namespace glassgate {

void PassiveHealth::advance(TimePoint now) {
  const Duration slot_length = std::max(Duration(1), thresholds_.window / slots);
  const int64_t slot = now.time_since_epoch() / slot_length;
  const int64_t steps = std::min(slot - newest_, slots);
  for (int64_t step = 1; step <= steps; ++step) {
    Counts& oldest = ring_[static_cast<size_t>((slot - steps + step) % slots)];
    total_.requests -= oldest.requests;
    total_.failures -= oldest.failures;
    oldest = {};
  }
  newest_ = std::max(newest_, slot);
}

void PassiveHealth::record(bool success, TimePoint now) {
  advance(now);
  Counts& current = ring_[static_cast<size_t>(newest_ % slots)];
  for (Counts* counts : {&current, &total_}) {
    ++counts->requests;
    if (!success) ++counts->failures;
  }
}

PassiveHealth::Counts PassiveHealth::counts(TimePoint now) {
  advance(now);
  return total_;
}

bool PassiveHealth::healthy(TimePoint now) {
  const Counts seen = counts(now);
  if (seen.requests < thresholds_.min_requests || seen.requests == 0) return true;
  // Divided, not multiplied: 7.0 / 100 is the double nearest to 0.07, as 0.07 in the file is; 0.07 * 100 is above 7.
  return static_cast<double>(seen.failures) / static_cast<double>(seen.requests) < thresholds_.error_rate;
}

}  // namespace glassgate
