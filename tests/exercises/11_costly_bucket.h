// Exercise 11.1 begins here: a token bucket in which a request may cost more than one token.
#pragma once

#include <algorithm>

#include "primitives/ratelimit/token_bucket.h"

namespace glassgate::exercises {

class CostlyBucket {
 public:
  CostlyBucket(const TokenBucketConfig& config, TimePoint now) : bucket_(config, now) {}

  // All of the cost or nothing (I2). `retry_after`: when the same request would be allowed; `remaining`: whole tokens.
  Decision decide(TimePoint now, uint64_t /*cost*/) {
    return bucket_.decide(now);  // yours: the cost is not looked at
  }

 private:
  TokenBucket bucket_;
};

}  // namespace glassgate::exercises
