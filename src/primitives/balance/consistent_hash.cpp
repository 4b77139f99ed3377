#include "primitives/balance/consistent_hash.h"

#include <algorithm>

#include "base/hash.h"

namespace glassgate {
namespace {

// fmix32 of MurmurHash3: every bit of the CRC stirs every bit of the result, and no two CRCs become one.
uint32_t ring_hash(std::string_view text) {
  uint32_t hash = crc32(text);
  hash = (hash ^ (hash >> 16)) * 0x85EBCA6BU;
  hash = (hash ^ (hash >> 13)) * 0xC2B2AE35U;
  return hash ^ (hash >> 16);
}

}  // namespace

ConsistentHash::ConsistentHash(const std::vector<Node>& nodes, unsigned virtual_nodes) {
  for (size_t i = 0; i < nodes.size(); ++i) {
    const size_t points = size_t{nodes[i].weight} * virtual_nodes;
    for (size_t n = 0; n < points; ++n) {
      ring_.push_back({ring_hash(nodes[i].name + "#" + std::to_string(n)), static_cast<uint32_t>(i)});
    }
  }
  std::sort(ring_.begin(), ring_.end(), [&](const Point& a, const Point& b) {
    return a.hash != b.hash ? a.hash < b.hash : nodes[a.node].name < nodes[b.node].name;
  });
}

size_t ConsistentHash::position(std::string_view key) const {
  const auto at = std::lower_bound(ring_.begin(), ring_.end(), ring_hash(key),
                                   [](const Point& point, uint32_t hash) { return point.hash < hash; });
  return at == ring_.end() ? 0 : static_cast<size_t>(at - ring_.begin());
}

std::optional<size_t> ConsistentHash::pick(const Candidates& candidates, std::string_view key) {
  const size_t start = ring_.empty() ? 0 : position(key);
  for (size_t step = 0; step < ring_.size(); ++step) {
    const uint32_t node = ring_[(start + step) % ring_.size()].node;
    if (candidates[node]) return node;
  }
  return std::nullopt;
}

std::string ConsistentHash::describe(std::string_view key) const {
  return "point " + std::to_string(position(key)) + " of " + std::to_string(ring_.size()) + " on the ring";
}

}  // namespace glassgate
