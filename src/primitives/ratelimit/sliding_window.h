// Sliding window counter: at most so many requests in any window, nearly, in the memory of two numbers.
//
// Problem: counting per fixed window lets twice the limit through around a window's edge; remembering the time of every
// request is exact and costs memory for each.
// Algorithm: count in the current fixed window and remember the count of the previous one. The estimate for the window
// that ends now is  current + previous * (the part of the previous window that it still covers).
// Guarantee: the estimate is exact when requests are spread evenly over the previous window; otherwise it is off by how
// uneven they were (measured in the test against an exact log). It is a fraction, and who is let in has to fit wholly:
// so who always asks gets up to one less in a window than the limit.
// Invariants:
//   I1 no fixed window ever counts more than the limit
//   I2 a refused request is not counted
//   I3 a clock that steps back is taken for standing still
//   I4 waiting for exactly retry_after is enough: the same request is then allowed
// Thread rule: none of its own; see Limiter.
// Source: "How we built rate limiting capable of scaling to millions of domains", Cloudflare, 2017.
#pragma once

#include "primitives/ratelimit/limiter.h"

namespace glassgate {

class SlidingWindow final : public Limiter {
 public:
  SlidingWindow(uint64_t requests, Duration window, TimePoint now);
  Decision decide(TimePoint now) override;

 private:
  void advance(TimePoint now);
  Duration wait_for_one() const;

  uint64_t limit_;
  Duration window_;
  TimePoint start_;  // of the current fixed window
  TimePoint now_;
  uint64_t current_ = 0;
  uint64_t previous_ = 0;
};

}  // namespace glassgate
