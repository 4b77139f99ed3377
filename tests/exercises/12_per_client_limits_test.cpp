// The exercises of docs/lessons/12-per-client-limits.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "12_network_key.h"
#include "primitives/ratelimit/keyed_limiter.h"
#include "primitives/ratelimit/token_bucket.h"

namespace glassgate::exercises {
namespace {

using std::chrono::hours;

const TimePoint start{hours(1)};

std::unique_ptr<Limiter> one_an_hour(TimePoint now) {
  return std::make_unique<TokenBucket>(TokenBucketConfig{.requests = 1, .window = hours(1), .burst = 1}, now);
}

std::string key_of(const std::string& address) {
  return network_key(IpAddress::parse(address).value());
}

TEST_CASE("exercise 12.1: all addresses of an IPv6 customer share a budget, and nobody else does" * doctest::skip()) {
  CHECK(key_of("2001:db8::1") == key_of("2001:db8::ffff:ffff:ffff:ffff"));
  CHECK(key_of("2001:db8::1") != key_of("2001:db8:0:1::1"));
  CHECK(key_of("2001:db8:7:8:9:a:b:c") == key_of("2001:db8:7:8::"));
  CHECK(key_of("192.0.2.1") != key_of("192.0.2.2"));
  CHECK(key_of("::ffff:192.0.2.1") == key_of("192.0.2.1"));
  KeyedLimiter limiter(one_an_hour, {});
  int allowed = 0;
  for (int i = 1; i <= 1000; ++i) {
    if (limiter.decide(key_of("2001:db8::" + std::to_string(i)), start).allowed) ++allowed;
  }
  CHECK(allowed == 1);
  CHECK(limiter.keys() == 1);
}

TEST_CASE("exercise 12.2: long keys have budgets of their own" * doctest::skip()) {
  KeyedLimiter limiter(one_an_hour, {});
  const std::string ada(1'000'000, 'a');
  const std::string bob = ada + "b";
  const std::string cleo(300, 'c');
  for (const std::string& key : {ada, bob, cleo}) CHECK(limiter.decide(key, start).allowed);
  for (const std::string& key : {ada, bob, cleo}) CHECK(!limiter.decide(key, start).allowed);
  CHECK(limiter.keys() == 3);
}

}  // namespace
}  // namespace glassgate::exercises
