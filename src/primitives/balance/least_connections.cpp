#include "primitives/balance/least_connections.h"

namespace glassgate {

std::optional<size_t> LeastConnections::pick_by(std::atomic<uint64_t>& ticket, const Candidates& candidates) const {
  std::vector<size_t> least;  // all that are equal
  int64_t least_count = 0;
  unsigned least_weight = 1;
  for (size_t i = 0; i < loads_.size(); ++i) {
    if (!candidates[i]) continue;
    const int64_t count = loads_[i].in_flight->load(std::memory_order_relaxed);
    const int64_t mine = count * static_cast<int64_t>(least_weight);
    const int64_t best = least_count * static_cast<int64_t>(loads_[i].weight);
    if (least.empty() || mine < best) {
      least.clear();
      least_count = count;
      least_weight = loads_[i].weight;
    } else if (mine > best) {
      continue;
    }
    least.push_back(i);
  }
  if (least.empty()) return std::nullopt;
  if (least.size() == 1) return least.front();  // no choice, so nobody's turn
  return least[ticket.fetch_add(1, std::memory_order_relaxed) % least.size()];
}

std::string LeastConnections::describe(std::string_view /*key*/) const {
  std::string out = "in flight";
  for (const Load& load : loads_) out += " " + std::to_string(load.in_flight->load(std::memory_order_relaxed));
  return out;
}

}  // namespace glassgate
