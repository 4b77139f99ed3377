// Token bucket: so many requests per window on average, and up to a burst at once.
//
// Problem: a steady rate is what a backend can stand; but clients come in bursts, and small ones do no harm.
// Algorithm: a bucket holds up to `burst` tokens and fills at requests/window. A request takes one token. Nothing runs
// in the background: the bucket is filled, lazily, by the time that has passed whenever somebody asks.
// Guarantee: over any stretch of time t at most burst + t * rate requests are allowed.
// Invariants:
//   I1 0 <= tokens <= burst
//   I2 a refused request takes nothing
//   I3 a clock that steps back neither fills nor empties the bucket
//   I4 waiting for exactly retry_after is enough: the same request is then allowed
// Thread rule: none of its own; see Limiter. Units: time is kept in whole nanoseconds, and a token is a span of time,
// so that no rounding is carried along.
// Source: Turner, "New directions in communications", 1986; golang.org/x/time/rate for the lazy filling.
#pragma once

#include "primitives/ratelimit/limiter.h"

namespace glassgate {

struct TokenBucketConfig {
  uint64_t requests;  // this many ...
  Duration window;    // ... in this long
  uint64_t burst;
};

class TokenBucket final : public Limiter {
 public:
  TokenBucket(const TokenBucketConfig& config, TimePoint now);
  Decision decide(TimePoint now) override;
  Duration time_to_fill() const { return full_; }  // an empty one

 private:
  Duration per_token_;
  Duration full_;
  Duration filled_;  // tokens, as the time that they take to come
  TimePoint last_;
};

}  // namespace glassgate
