// The exercises of docs/lessons/12-per-client-limits.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <string>

#include "12_made_up_keys.h"
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

TEST_CASE("exercise 12.2: who makes up a key for each request has one budget, and nobody else's" * doctest::skip()) {
  const std::set<std::string> issued{"ada", "bob", "192.0.2.1"};
  KeyedLimiter limiter(one_an_hour, {});
  const auto allows = [&](const std::string& api_key, const std::string& address) {
    return limiter.decide(identity(api_key, issued, address), start).allowed;
  };
  int allowed = 0;
  for (int i = 1; i <= 1000; ++i) {
    if (allows("made up " + std::to_string(i), "192.0.2.1")) ++allowed;
  }
  CHECK(allowed == 1);
  CHECK(allows("ada", "192.0.2.1"));
  CHECK(allows("bob", "192.0.2.1"));
  CHECK_FALSE(allows("ada", "192.0.2.2"));  // is the same client, wherever it is
  CHECK(allows("192.0.2.1", "192.0.2.3"));  // somebody's key looks like an address
  CHECK(allows("", "192.0.2.4"));
  CHECK(limiter.keys() == 5);
}

}  // namespace
}  // namespace glassgate::exercises
