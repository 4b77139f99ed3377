#include "primitives/balance/weighted_round_robin.h"

namespace glassgate {

WeightedRoundRobin::WeightedRoundRobin(const std::vector<unsigned>& weights) {
  for (const unsigned weight : weights) entries_.push_back({weight});
  retry_entries_ = entries_;
}

std::optional<size_t> WeightedRoundRobin::pick_from(std::vector<Entry>& entries, const Candidates& candidates) {
  std::optional<size_t> best;
  int64_t total = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!candidates[i]) continue;
    Entry& entry = entries[i];
    entry.current += entry.weight;
    total += entry.weight;
    if (!best || entry.current > entries[*best].current) best = i;
  }
  if (best) entries[*best].current -= total;
  return best;
}

std::string WeightedRoundRobin::text_of(const std::vector<Entry>& entries) {
  std::string out;
  for (const Entry& entry : entries) out += " " + std::to_string(entry.current);
  return out;
}

std::optional<size_t> WeightedRoundRobin::pick(const Candidates& candidates, std::string_view /*key*/) {
  const MutexLock lock(mutex_);
  return pick_from(entries_, candidates);
}

std::optional<size_t> WeightedRoundRobin::pick_for_retry(const Candidates& candidates, std::string_view /*key*/) {
  const MutexLock lock(mutex_);
  return pick_from(retry_entries_, candidates);
}

std::string WeightedRoundRobin::describe(std::string_view /*key*/) const {
  const MutexLock lock(mutex_);
  return "current weights" + text_of(entries_);
}

std::string WeightedRoundRobin::describe_for_retry(std::string_view /*key*/) const {
  const MutexLock lock(mutex_);
  return "current weights of retries" + text_of(retry_entries_);
}

}  // namespace glassgate
