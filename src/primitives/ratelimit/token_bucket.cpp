#include "primitives/ratelimit/token_bucket.h"

#include <algorithm>
#include <limits>

namespace glassgate {
namespace {

// More would take longer to come than a Duration can say: 292 years.
uint64_t most_tokens(Duration per_token) {
  return static_cast<uint64_t>(std::numeric_limits<int64_t>::max() / per_token.count());
}

}  // namespace

// Rounded up: never faster than configured. (Not by way of window + requests, which may wrap.)
TokenBucket::TokenBucket(const TokenBucketConfig& config, TimePoint now)
    : per_token_(static_cast<int64_t>((static_cast<uint64_t>(config.window.count()) - 1) / config.requests) + 1),
      full_(per_token_ * static_cast<int64_t>(std::min(config.burst, most_tokens(per_token_)))),
      filled_(full_),
      last_(now) {}

Decision TokenBucket::decide(TimePoint now) {
  if (now > last_) {
    const Duration passed = now - last_;
    filled_ = passed >= full_ - filled_ ? full_ : filled_ + passed;
    last_ = now;
  }
  Decision decision;
  decision.allowed = filled_ >= per_token_;
  if (decision.allowed) {
    filled_ -= per_token_;
  } else {
    decision.retry_after = per_token_ - filled_;
  }
  decision.remaining = static_cast<uint64_t>(filled_ / per_token_);
  decision.reset_after = full_ - filled_;
  return decision;
}

}  // namespace glassgate
