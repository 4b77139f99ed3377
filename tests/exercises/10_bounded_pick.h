// Exercise 10.2 begins here: consistent hashing with bounded loads. A key that everybody asks for is shared.
#pragma once

#include <string_view>
#include <vector>

#include "primitives/balance/consistent_hash.h"

namespace glassgate::exercises {

// As ring.pick(), but nobody gets more than `percent` of the candidates' average number of requests in flight, rounded
// up, with this request counted. `percent` is more than 100. A key whose own backend is full walks on around the ring.
inline std::optional<size_t> bounded_pick(ConsistentHash& ring, const Candidates& candidates, std::string_view key,
                                          const std::vector<int64_t>& /*in_flight*/, int64_t /*percent*/) {
  return ring.pick(candidates, key);  // yours: full or not
}

}  // namespace glassgate::exercises
