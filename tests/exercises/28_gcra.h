// Exercise 28.3 begins here: the generic cell rate algorithm. When it works it belongs into
// src/primitives/ratelimit/gcra.h, where the gateway can see it.
#pragma once

#include "primitives/ratelimit/token_bucket.h"

namespace glassgate::exercises {

// Decides as a TokenBucket of the same settings does, and remembers nothing but one time.
class Gcra final : public Limiter {
 public:
  Gcra(const TokenBucketConfig& /*config*/, TimePoint /*now*/) {}

  Decision decide(TimePoint /*now*/) override {
    Decision decision;
    decision.allowed = true;  // yours: nobody is refused
    return decision;
  }
};

}  // namespace glassgate::exercises
