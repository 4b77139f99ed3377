// Round robin: everybody in turn.
//
// Algorithm: one counter. Each pick takes a ticket; ticket t goes to candidate number t modulo the number of
// candidates.
// Guarantee: over any n picks among n unchanging candidates, each is picked exactly once.
// Invariants:
//   I1 the first pick is the first backend
//   I2 counting is done among the candidates, not among all backends: when one is out, its share is spread evenly over
//      the others, and does not fall to its neighbour alone
//   I3 the ticket counter wraps without a jump that anybody could notice as a failure
//   I4 retries have tickets of their own, and take none from the others
// Thread rule: the counter is atomic, so picks from many threads together are as fair as from one.
// Source: Nagle, "On Packet Switches With Infinite Storage" (RFC 970), for the idea of fair turns.
#pragma once

#include <atomic>
#include <cstdint>

#include "primitives/balance/balancer.h"

namespace glassgate {

class RoundRobin final : public Balancer {
 public:
  explicit RoundRobin(uint64_t first_ticket = 0) : next_ticket_(first_ticket) {}
  std::optional<size_t> pick(const Candidates& candidates, std::string_view key) override;
  std::optional<size_t> pick_for_retry(const Candidates& candidates, std::string_view key) override;
  std::string describe(std::string_view key) const override;
  std::string describe_for_retry(std::string_view key) const override;

 private:
  std::atomic<uint64_t> next_ticket_;
  std::atomic<uint64_t> next_retry_ticket_{0};
};

}  // namespace glassgate
