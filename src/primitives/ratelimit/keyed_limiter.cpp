#include "primitives/ratelimit/keyed_limiter.h"

#include <algorithm>
#include <utility>

namespace glassgate {

KeyedLimiter::KeyedLimiter(MakeLimiter make, Bounds bounds)
    : make_(std::move(make)),
      bounds_(bounds),
      shards_(std::clamp<size_t>(bounds.max_keys / fewest_keys_of_shard, 1, most_shards)),
      max_keys_of_shard_(std::max<size_t>(1, bounds.max_keys / shards_.size())) {}

Decision KeyedLimiter::decide(std::string_view key, TimePoint now) {
  if (key.size() > longest_key) key = "(too long)";  // I3
  Shard& shard = shards_[std::hash<std::string_view>{}(key) % shards_.size()];
  const MutexLock lock(shard.mutex);
  return find_or_make(shard, key, now).limiter->decide(now);
}

KeyedLimiter::Budget& KeyedLimiter::find_or_make(Shard& shard, std::string_view key, TimePoint now) {
  auto found = shard.by_key.find(key);
  if (found == shard.by_key.end()) {
    if (shard.by_key.size() >= max_keys_of_shard_) drop_oldest(shard);
    ByUse place{shard.by_key.end()};  // by itself: where there is no memory for one of both, there must be neither
    found = shard.by_key.emplace(key, Budget{make_(now), now, place.begin()}).first;
    place.front() = found;
    shard.by_use.splice(shard.by_use.begin(), place);
  }
  Budget& budget = found->second;
  budget.used = std::max(budget.used, now);
  shard.by_use.splice(shard.by_use.begin(), shard.by_use, budget.place);
  return budget;
}

void KeyedLimiter::drop_oldest(Shard& shard) {
  shard.by_key.erase(shard.by_use.back());
  shard.by_use.pop_back();
}

void KeyedLimiter::collect(TimePoint now) {
  for (Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    const auto is_idle = [&](const ByKey::iterator& entry) {
      return now - entry->second.used >= bounds_.idle_keys_after;
    };
    while (!shard.by_use.empty() && is_idle(shard.by_use.back())) drop_oldest(shard);
  }
}

size_t KeyedLimiter::keys() const {
  size_t sum = 0;
  for (const Shard& shard : shards_) {
    const MutexLock lock(shard.mutex);
    sum += shard.by_key.size();
  }
  return sum;
}

}  // namespace glassgate
