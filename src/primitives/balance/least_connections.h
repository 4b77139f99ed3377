// Least connections: whoever has the least to do.
//
// Problem: taking turns is fair in numbers and unfair in work, when some requests take a second and others a
// millisecond.
// Algorithm: the candidate with the fewest requests in flight for its weight wins: a is before b when
// a.in_flight / a.weight < b.in_flight / b.weight. Equals take turns. A pick
// without a choice takes none: else, with two backends, traffic in a rhythm would find its choices always at the same
// one's turn. (With more, a rhythm may still meet the same turns, as it may in round robin.)
// Guarantee: a slow backend fills up and is left alone until it has caught up.
// Invariants:
//   I1 no candidate that was seen with less load for its weight is passed over
//   I2 equals rotate: an idle upstream is used evenly, and not its first backend alone
//   I3 retries have turns of their own among equals
// Thread rule: the counts are read without a lock, so two picks at once may see the same least one. They are off by the
// number of picks that are under way, and correct themselves with the next.
// Source: nginx's least_conn; HAProxy's leastconn.
#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/balance/balancer.h"

namespace glassgate {

class LeastConnections final : public Balancer {
 public:
  // The count must outlive the balancer. It is kept by whoever sends the requests.
  struct Load {
    const std::atomic<int64_t>* in_flight;
    unsigned weight;
  };
  explicit LeastConnections(std::vector<Load> loads) : loads_(std::move(loads)) {}
  std::optional<size_t> pick(const Candidates& candidates, std::string_view /*key*/) override {
    return pick_by(next_ticket_, candidates);
  }
  std::optional<size_t> pick_for_retry(const Candidates& candidates, std::string_view /*key*/) override {
    return pick_by(next_retry_ticket_, candidates);
  }
  std::string describe(std::string_view key) const override;

 private:
  std::optional<size_t> pick_by(std::atomic<uint64_t>& ticket, const Candidates& candidates) const;

  const std::vector<Load> loads_;
  std::atomic<uint64_t> next_ticket_{0};
  std::atomic<uint64_t> next_retry_ticket_{0};
};

}  // namespace glassgate
