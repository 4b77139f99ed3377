#include "gateway/rate_limiter.h"

#include "gateway/request_key.h"
#include "gateway/services.h"
#include "primitives/ratelimit/sliding_window.h"
#include "primitives/ratelimit/token_bucket.h"

namespace glassgate {
namespace {

KeyedLimiter::MakeLimiter maker_of(const RateLimitConfig& config) {
  if (config.algorithm == RateLimitConfig::Algorithm::sliding_window) {
    return [requests = config.requests, window = config.window](TimePoint now) -> std::unique_ptr<Limiter> {
      return std::make_unique<SlidingWindow>(requests, window, now);
    };
  }
  const TokenBucketConfig bucket{config.requests, config.window, config.burst};
  return [bucket](TimePoint now) -> std::unique_ptr<Limiter> { return std::make_unique<TokenBucket>(bucket, now); };
}

uint64_t whole_seconds(Duration d) {
  return static_cast<uint64_t>(std::chrono::ceil<std::chrono::seconds>(d).count());
}

}  // namespace

RateLimiter::RateLimiter(std::string_view policy, std::string name, const RateLimitConfig& config)
    : policy_(policy),
      name_(std::move(name)),
      config_(config),
      budgets_(maker_of(config), {config.max_keys, config.idle_keys_after}) {}

bool RateLimiter::admits(Exchange& x) {
  const Decision decision = budgets_.decide(request_key(x, config_.key), x.services.clock.now());
  (decision.allowed ? allowed_ : refused_).add();
  tell_client(x, decision);
  if (x.explanation) {
    x.explanation->note(policy_ == "route" ? "route_limit" : "door_limit", decision.allowed ? "allowed" : "refused",
                        name_ + ": " + std::to_string(decision.remaining) + " left");
  }
  if (decision.allowed) return true;
  x.retry_after = decision.retry_after;
  return x.fail(Error::rate_limited);
}

// One line each for one limiter: where two have a say, their lines form one list (RFC 9110 section 5.3). The window is
// left out where it is no whole number of seconds, because the field can say nothing else.
void RateLimiter::tell_client(Exchange& x, const Decision& decision) const {
  const std::string name = "\"" + std::string(policy_) + "\"";
  const uint64_t reset = whole_seconds(decision.allowed ? decision.reset_after : decision.retry_after);
  x.extra_fields.append("RateLimit: " + name + ";r=" + std::to_string(decision.remaining) +
                        ";t=" + std::to_string(reset) + "\r\n");
  x.extra_fields.append("RateLimit-Policy: " + name + ";q=" + std::to_string(config_.requests));
  if (config_.window % std::chrono::seconds(1) == Duration::zero()) {
    x.extra_fields.append(";w=" + std::to_string(whole_seconds(config_.window)));
  }
  x.extra_fields.append("\r\n");
}

}  // namespace glassgate
