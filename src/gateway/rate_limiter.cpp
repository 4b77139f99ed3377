#include "gateway/rate_limiter.h"

#include <algorithm>

#include "gateway/request_key.h"
#include "gateway/services.h"
#include "primitives/ratelimit/sliding_window.h"
#include "primitives/ratelimit/token_bucket.h"

namespace glassgate {
namespace {

std::unique_ptr<Limiter> make_limiter(const RateLimitConfig& config, TimePoint now) {
  if (config.algorithm == RateLimitConfig::Algorithm::sliding_window) {
    return std::make_unique<SlidingWindow>(config.requests, config.window, now);
  }
  const TokenBucketConfig bucket{config.requests, config.window, config.burst};
  return std::make_unique<TokenBucket>(bucket, now);
}

// After so long without a request a budget is whole, whatever was before.
Duration time_to_whole(const RateLimitConfig& config) {
  if (config.algorithm == RateLimitConfig::Algorithm::sliding_window) return 2 * config.window;
  return TokenBucket({config.requests, config.window, config.burst}, {}).time_to_fill();
}

constexpr size_t room_for_numbers = 48;  // two of the longest, and what stands between them

uint64_t whole_seconds(Duration d) {
  return static_cast<uint64_t>(std::chrono::ceil<std::chrono::seconds>(d).count());
}

// The window is left out where it is no whole number of seconds, because the field can say nothing else.
std::string policy_field(std::string_view policy, const RateLimitConfig& config) {
  std::string out = "RateLimit-Policy: \"" + std::string(policy) + "\";q=" + std::to_string(config.requests);
  const bool is_whole = config.window % std::chrono::seconds(1) == Duration::zero();
  if (is_whole) out.append(";w=" + std::to_string(whole_seconds(config.window)));
  return out.append("\r\n");
}

}  // namespace

RateLimiter::RateLimiter(std::string_view policy, std::string label, const RateLimitConfig& config)
    : policy_(policy),
      label_(std::move(label)),
      config_(config),
      field_begin_("RateLimit: \"" + std::string(policy) + "\";r="),
      policy_field_(policy_field(policy, config)),
      budgets_([this](TimePoint now) { return make_limiter(config_, now); },
               {config.max_keys, std::max(config.idle_keys_after, time_to_whole(config))}) {}

bool RateLimiter::admits(Exchange& x) {
  const Decision decision = budgets_.decide(request_key(x, config_.key), x.services.clock.now());
  (decision.allowed ? allowed_ : refused_).add();
  tell_client(x, decision);
  if (x.explanation) {
    x.explanation->note(policy_ == "route" ? "route_limit" : "door_limit", decision.allowed ? "allowed" : "refused",
                        label_ + ": " + std::to_string(decision.remaining) + " left");
  }
  if (decision.allowed) return true;
  x.retry_after = decision.retry_after;
  return x.fail(Error::rate_limited);
}

// One line each for one limiter: where two have a say, their lines form one list (RFC 9110 section 5.3).
void RateLimiter::tell_client(Exchange& x, const Decision& decision) const {
  const uint64_t reset = whole_seconds(decision.allowed ? decision.reset_after : decision.retry_after);
  const std::string remaining = std::to_string(decision.remaining);
  const std::string seconds = std::to_string(reset);
  x.extra_fields.reserve(x.extra_fields.size() + field_begin_.size() + policy_field_.size() + room_for_numbers);
  x.extra_fields.append(field_begin_).append(remaining).append(";t=").append(seconds).append("\r\n");
  x.extra_fields.append(policy_field_);
}

}  // namespace glassgate
