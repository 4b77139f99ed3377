// Rate limits as they are configured: at the gateway's door, and on single routes.
//
// Problem: a limit has an algorithm, a key and a place, and a client that is over it has to be told when to come back.
// Guarantee: an answer to a request that was limited carries the RateLimit and RateLimit-Policy fields; a refusal is
// 429 with a Retry-After that is true and rounded up to whole seconds.
// Invariants:
//   I1 a refused request costs nothing of the budget that refuses it, and goes no further
// Thread rule: any thread.
// Source: RFC 6585 section 4; draft-ietf-httpapi-ratelimit-headers-10.
#pragma once

#include <memory>
#include <string>

#include "gateway/config.h"
#include "primitives/metrics/counters.h"
#include "primitives/ratelimit/keyed_limiter.h"

namespace glassgate {

struct Exchange;

class RateLimiter {
 public:
  // `policy`: its name in the fields that clients see, "gateway" or "route"; `label`: all of what it limits, by which
  // a reload finds it again.
  RateLimiter(std::string_view policy, std::string label, const RateLimitConfig& config);

  // False: the exchange has failed with 429.
  bool admits(Exchange& x);

  const std::string& label() const { return label_; }
  const RateLimitConfig& config() const { return config_; }
  const Counter& allowed() const { return allowed_; }
  const Counter& refused() const { return refused_; }
  size_t keys() const { return budgets_.keys(); }
  void collect(TimePoint now) { budgets_.collect(now); }

 private:
  void tell_client(Exchange& x, const Decision& decision) const;

  const std::string_view policy_;
  const std::string label_;
  const RateLimitConfig config_;
  const std::string field_begin_;   // of what clients are told of a decision
  const std::string policy_field_;  // what they are told of the limit, whole
  KeyedLimiter budgets_;
  Counter allowed_;
  Counter refused_;
};

}  // namespace glassgate
