#include "primitives/breaker/retry_budget.h"

#include <algorithm>

namespace glassgate {

void RetryBudget::advance(TimePoint now) {
  const int64_t slot = now.time_since_epoch() / slot_length;
  const int64_t steps = std::min<int64_t>(slot - newest_, slots);
  for (int64_t step = 1; step <= steps; ++step) {
    Slot& oldest = ring_[static_cast<size_t>(slot - steps + step) % slots];
    total_.requests -= oldest.requests;
    total_.retries -= oldest.retries;
    oldest = {};
  }
  newest_ = std::max(newest_, slot);
}

void RetryBudget::count_request(TimePoint now) {
  const MutexLock lock(mutex_);
  advance(now);
  ++ring_[static_cast<size_t>(newest_) % slots].requests;
  ++total_.requests;
}

bool RetryBudget::allow_retry(TimePoint now) {
  const MutexLock lock(mutex_);
  advance(now);
  const uint64_t allowed = std::max(free_retries, total_.requests * share_percent / 100);
  if (total_.retries >= allowed) return false;
  ++ring_[static_cast<size_t>(newest_) % slots].retries;
  ++total_.retries;
  return true;
}

}  // namespace glassgate
