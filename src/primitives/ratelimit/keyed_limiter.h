// A budget for each key, in bounded memory.
//
// Problem: one budget for all lets one greedy client starve the rest; one a client lets an attacker with many addresses
// fill the memory.
// Algorithm: the keys are spread over shards, each with its own lock, an ordered map from key to budget, and a list of
// the keys by last use. A new key in a full shard takes the place of the one that was not used for longest. (Shards
// fill unevenly, by a few percent: of keys that nobody has chosen, so many less than max_keys have a place.)
// Guarantee: what one key does changes no other key's budget. A key that was dropped starts anew with a whole budget.
// Nobody waits for more than a few hundred droppings.
// Invariants:
//   I1 there are never more than max_keys budgets
//   I2 a key that was idle for idle_keys_after is dropped by collect()
//   I3 a key longer than longest_key is kept as its length and its hash: memory a key is bounded, too
// Thread rule: any thread; one lock a shard.
// Units: max_keys over all shards; the map is ordered, so that no choice of keys makes it slow.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "primitives/ratelimit/limiter.h"

namespace glassgate {

class KeyedLimiter {
 public:
  using MakeLimiter = std::function<std::unique_ptr<Limiter>(TimePoint now)>;
  static constexpr size_t most_shards = 16;
  // With fewer, one shard would be full long before another: keys are spread by a hash, and so unevenly.
  static constexpr size_t fewest_keys_of_shard = 4096;
  static constexpr size_t longest_key = 256;

  struct Bounds {
    size_t max_keys = 100000;
    // Not before a budget is whole again by itself: else who keeps still gets a new one.
    Duration idle_keys_after = std::chrono::minutes(10);
  };

  KeyedLimiter(MakeLimiter make, Bounds bounds);

  Decision decide(std::string_view key, TimePoint now);
  // Drops idle keys. To be called now and then.
  void collect(TimePoint now);
  size_t keys() const;

 private:
  struct Budget;
  using ByKey = std::map<std::string, Budget, std::less<>>;
  using ByUse = std::list<ByKey::iterator>;  // most recently used first
  struct Budget {
    std::unique_ptr<Limiter> limiter;
    TimePoint used{};
    ByUse::iterator place;
  };
  struct Shard {
    mutable Mutex mutex;
    ByKey by_key GUARDED_BY(mutex);
    ByUse by_use GUARDED_BY(mutex);
  };
  Budget& find_or_make(Shard& shard, std::string_view key, TimePoint now) REQUIRES(shard.mutex);
  static void drop_oldest(Shard& shard) REQUIRES(shard.mutex);
  bool collect_some(Shard& shard, TimePoint now) const;

  const MakeLimiter make_;
  const Bounds bounds_;
  std::vector<Shard> shards_;
  const size_t max_keys_of_shard_;
};

}  // namespace glassgate
