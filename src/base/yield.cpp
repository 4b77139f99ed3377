#include "base/yield.h"

#include <algorithm>
#include <thread>

namespace glassgate {
namespace {

// One sample more changes the mean by a 64th of its distance, and is cut where it alone would change everything.
constexpr int64_t samples_in_mean = 64;
constexpr int64_t largest_share = 10 * Yield::longest_share.count();

}  // namespace

void Yield::before_wait() {
  if (!is_due()) return;
  const int64_t yielding = yielding_.fetch_add(1, std::memory_order_relaxed) + 1;
  const TimePoint start = std::chrono::steady_clock::now();
  std::this_thread::yield();
  record(std::chrono::steady_clock::now() - start, yielding);
  yielding_.fetch_sub(1, std::memory_order_relaxed);
}

bool Yield::is_due() {
  const int64_t mean_share = mean_share_.load(std::memory_order_relaxed);
  if (mean_share < shortest_share.count()) return idle_waits_.fetch_add(1, std::memory_order_relaxed) % when_idle == 0;
  if (mean_share <= longest_share.count()) return true;
  const bool pause_is_over = left_out_.fetch_add(1, std::memory_order_relaxed) % pause == pause - 1;
  if (pause_is_over) mean_share_.store(longest_share.count() / 2, std::memory_order_relaxed);
  return pause_is_over;
}

void Yield::record(Duration taken, int64_t yielding) {
  const int64_t share = std::min(taken.count() / yielding, largest_share);
  const int64_t mean = mean_share_.load(std::memory_order_relaxed);
  mean_share_.store(mean + (share - mean) / samples_in_mean, std::memory_order_relaxed);
}

}  // namespace glassgate
