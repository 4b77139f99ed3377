#include "primitives/balance/weighted_round_robin.h"

namespace glassgate {

WeightedRoundRobin::WeightedRoundRobin(const std::vector<unsigned>& weights) {
  for (const unsigned weight : weights) entries_.push_back({weight});
}

std::optional<size_t> WeightedRoundRobin::pick(const Candidates& candidates, std::string_view /*key*/) {
  const MutexLock lock(mutex_);
  std::optional<size_t> best;
  int64_t total = 0;
  for (size_t i = 0; i < entries_.size(); ++i) {
    if (!candidates[i]) continue;
    Entry& entry = entries_[i];
    entry.current += entry.weight;
    total += entry.weight;
    if (!best || entry.current > entries_[*best].current) best = i;
  }
  if (best) entries_[*best].current -= total;
  return best;
}

std::string WeightedRoundRobin::describe(std::string_view /*key*/) const {
  const MutexLock lock(mutex_);
  std::string out = "current weights";
  for (const Entry& entry : entries_) out += " " + std::to_string(entry.current);
  return out;
}

}  // namespace glassgate
