#include "primitives/metrics/counters.h"

#include <algorithm>

namespace glassgate {

void Histogram::observe(Duration time) {
  const Duration positive = std::max(Duration::zero(), time);
  const double seconds = std::chrono::duration<double>(positive).count();
  const auto bucket = static_cast<size_t>(std::lower_bound(bounds.begin(), bounds.end(), seconds) - bounds.begin());
  buckets_[bucket].fetch_add(1, std::memory_order_relaxed);
  sum_ns_.fetch_add(static_cast<uint64_t>(positive.count()), std::memory_order_relaxed);
}

Histogram::Reading Histogram::read() const {
  Reading out;
  for (size_t i = 0; i < bounds.size(); ++i) {
    out.count += buckets_[i].load(std::memory_order_relaxed);
    out.cumulative[i] = out.count;
  }
  out.count += buckets_.back().load(std::memory_order_relaxed);
  out.sum = static_cast<double>(sum_ns_.load(std::memory_order_relaxed)) / 1e9;
  return out;
}

}  // namespace glassgate
