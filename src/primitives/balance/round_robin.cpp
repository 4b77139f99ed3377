#include "primitives/balance/round_robin.h"

#include <algorithm>

namespace glassgate {

std::optional<size_t> RoundRobin::pick(const Candidates& candidates, std::string_view /*key*/) {
  const auto available = static_cast<uint64_t>(std::count(candidates.begin(), candidates.end(), true));
  if (available == 0) return std::nullopt;
  uint64_t turn = next_ticket_.fetch_add(1, std::memory_order_relaxed) % available;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i] && turn-- == 0) return i;
  }
  return std::nullopt;
}

std::optional<size_t> RoundRobin::pick_for_retry(const Candidates& candidates, std::string_view key) {
  return RoundRobin(next_retry_ticket_.fetch_add(1, std::memory_order_relaxed)).pick(candidates, key);
}

std::string RoundRobin::describe(std::string_view /*key*/) const {
  return "next ticket " + std::to_string(next_ticket_.load(std::memory_order_relaxed));
}

std::string RoundRobin::describe_for_retry(std::string_view /*key*/) const {
  return "next ticket of retries " + std::to_string(next_retry_ticket_.load(std::memory_order_relaxed));
}

}  // namespace glassgate
