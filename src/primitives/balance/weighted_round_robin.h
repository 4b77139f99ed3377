// Smooth weighted round robin: everybody in turn, some more often, nobody in a burst.
//
// Problem: with weights 5, 1, 1 the plain way sends a a a a a b c: a gets its share in one burst.
// Algorithm: every backend has a current weight, at first 0. A pick adds to each candidate's current weight its own
// weight, takes the candidate with the largest (the first of equals), and subtracts the sum of the candidates' weights
// from it. Weights 5, 1, 1 give a a b a c a a, and then all current weights are 0 again.
// Guarantee: over one cycle (as many picks as the sum of the weights) each candidate is picked exactly its weight's
// number of times, and at no time is anybody a whole pick ahead of its share.
// Invariants:
//   I1 with unchanging candidates, every cycle is exactly proportional
//   I2 the current weights of the candidates sum to 0 after every pick that began so
//   I3 a backend that is out is left alone, neither credited nor charged; whoever comes and goes, the current weights
//      of n backends stay within n - 1 times the largest weight, so that one which comes back neither floods in nor
//      starves
//   I4 retries have accounts of their own, and charge nobody in the others
// Thread rule: one lock around the step.
// Source: nginx, ngx_http_upstream_round_robin.c, introduced with nginx 1.3.1.
#pragma once

#include <cstdint>

#include "base/mutex.h"
#include "primitives/balance/balancer.h"

namespace glassgate {

class WeightedRoundRobin final : public Balancer {
 public:
  explicit WeightedRoundRobin(const std::vector<unsigned>& weights);
  std::optional<size_t> pick(const Candidates& candidates, std::string_view key) override;
  std::optional<size_t> pick_for_retry(const Candidates& candidates, std::string_view key) override;
  std::string describe(std::string_view key) const override;
  std::string describe_for_retry(std::string_view key) const override;

 private:
  struct Entry {
    int64_t weight;
    int64_t current = 0;
  };

  static std::optional<size_t> pick_from(std::vector<Entry>& entries, const Candidates& candidates);
  static std::string text_of(const std::vector<Entry>& entries);

  mutable Mutex mutex_;
  std::vector<Entry> entries_ GUARDED_BY(mutex_);
  std::vector<Entry> retry_entries_ GUARDED_BY(mutex_);
};

}  // namespace glassgate
