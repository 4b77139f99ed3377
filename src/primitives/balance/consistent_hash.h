// Consistent hashing: the same key to the same backend, and little moves when the backends change.
//
// Problem: a cache behind the gateway is only of use when a key always meets the same one; with `hash modulo n`, adding
// one backend moves almost every key.
// Algorithm: every backend puts points on a ring of 32-bit hashes, `virtual_nodes` for each unit of its weight. A key
// belongs to the first point at or after its own hash. When that backend is no candidate, the walk goes on around the
// ring. The hash is CRC-32, stirred by the finalizer of MurmurHash3: CRC-32 alone is linear, and with addresses that
// differ in one digit it gave single backends up to 59 % more or less than their share. The finalizer is a bijection,
// so it adds no collisions.
// Guarantee: adding one backend to n moves about 1/(n+1) of the keys, all of them to the new one. While a backend is
// out, its keys go to the next ones on the ring, and nobody else's key moves.
// Invariants:
//   I1 the ring depends on the backends' names and weights only, not on their order
//   I2 a key's backend changes only when its own backend comes or goes, or a new one's point lands before it
//   I3 two points on the same hash are ordered by name: the same one is first on every machine
// Thread rule: the ring is immutable; picks take no lock.
// Source: Karger et al., "Consistent Hashing and Random Trees", 1997; the ring of libketama;
// Appleby, MurmurHash3 (public domain), for fmix32.
#pragma once

#include <cstdint>
#include <string>

#include "primitives/balance/balancer.h"

namespace glassgate {

class ConsistentHash final : public Balancer {
 public:
  struct Node {
    std::string name;
    unsigned weight;
  };
  ConsistentHash(const std::vector<Node>& nodes, unsigned virtual_nodes);

  std::optional<size_t> pick(const Candidates& candidates, std::string_view key) override;
  std::string describe(std::string_view key) const override;
  // Where on the ring the key starts its walk: for explaining a pick.
  size_t position(std::string_view key) const;
  size_t points() const { return ring_.size(); }

 private:
  struct Point {
    uint32_t hash;
    uint32_t node;
  };
  std::vector<Point> ring_;  // by hash
};

}  // namespace glassgate
