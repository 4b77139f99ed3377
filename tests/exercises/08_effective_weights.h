// Exercise 8.2 begins here: nginx's way with a backend that failed, which comes back to its weight step by step.
#pragma once

#include "primitives/balance/weighted_round_robin.h"

namespace glassgate::exercises {

class EffectiveWeights {
 public:
  explicit EffectiveWeights(const std::vector<unsigned>& weights) : balancer_(weights), all_(weights.size(), true) {}

  // As the smooth one, with the effective weights in the weights' place: at first they are the weights. A pick counts
  // with them, and then each that is below its weight is one more.
  size_t pick() { return balancer_.pick(all_, "").value(); }

  // A request to it failed: its effective weight is 0.
  void failed(size_t /*backend*/) {}  // yours: nothing is remembered

 private:
  WeightedRoundRobin balancer_;
  Candidates all_;
};

}  // namespace glassgate::exercises
