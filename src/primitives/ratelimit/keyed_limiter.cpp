#include "primitives/ratelimit/keyed_limiter.h"

#include <algorithm>
#include <utility>

namespace glassgate {
namespace {

// What is long and identifies (a token, say), made short. Two keys of the same length and hash would share a budget;
// who looks for such a pair has to know the other one's key, and if it is a token, that is the smaller worry.
std::string shortened(std::string_view key) {
  return "(long) " + std::to_string(key.size()) + ' ' + std::to_string(std::hash<std::string_view>{}(key));
}

}  // namespace

KeyedLimiter::KeyedLimiter(MakeLimiter make, Bounds bounds)
    : make_(std::move(make)),
      bounds_(bounds),
      shards_(std::clamp<size_t>(bounds.max_keys / fewest_keys_of_shard, 1, most_shards)),
      max_keys_of_shard_(std::max<size_t>(1, bounds.max_keys / shards_.size())) {}

Decision KeyedLimiter::decide(std::string_view key, TimePoint now) {
  std::string short_key;
  if (key.size() > longest_key) key = short_key = shortened(key);  // I3
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

// Round and round, a few from each: whoever waits for a shard's lock gets it while the others have their turn.
void KeyedLimiter::collect(TimePoint now) {
  for (bool more = true; more;) {
    more = false;
    for (Shard& shard : shards_) more |= collect_some(shard, now);
  }
}

// True when there may be more. After an attack with many addresses there are hundreds of thousands.
bool KeyedLimiter::collect_some(Shard& shard, TimePoint now) const {
  constexpr int most_at_once = 500;
  const MutexLock lock(shard.mutex);
  for (int dropped = 0; dropped < most_at_once; ++dropped) {
    if (shard.by_use.empty() || now - shard.by_use.back()->second.used < bounds_.idle_keys_after) return false;
    drop_oldest(shard);
  }
  return true;
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
