// Exercise 28.3 of docs/lessons/28-larger-exercises.md. Take out the skip()s to work on it.
#include <doctest/doctest.h>

#include <chrono>
#include <random>
#include <string>

#include "exercises/28_gcra.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::exercises {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{seconds(100)};

TEST_CASE("exercise 28.3: it decides as a token bucket does, whatever comes" * doctest::skip()) {
  const TokenBucketConfig configs[] = {
      {.requests = 4, .window = seconds(1), .burst = 3},
      {.requests = 1, .window = seconds(1), .burst = 1},
      {.requests = 3, .window = seconds(1), .burst = 10},  // a token takes no whole number of nanoseconds
      {.requests = 1000, .window = seconds(60), .burst = 5},
  };
  std::minstd_rand random(1);
  for (const TokenBucketConfig& config : configs) {
    CAPTURE(config.requests);
    TokenBucket bucket(config, start);
    Gcra gcra(config, start);
    TimePoint now = start;
    for (int i = 0; i < 2000; ++i) {
      const bool rests = random() % 10 == 0;
      now += milliseconds(random() % (rests ? 2000 : 100));
      const Decision expected = bucket.decide(now);
      const Decision found = gcra.decide(now);
      REQUIRE(found.allowed == expected.allowed);
      REQUIRE(found.remaining == expected.remaining);
      REQUIRE(found.retry_after == expected.retry_after);
      REQUIRE(found.reset_after == expected.reset_after);
    }
  }
}

int status(const test::TestGateway& gateway) {
  test::Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  return client.read_response().status();
}

TEST_CASE("exercise 28.3: a rate limit may say gcra, and have a burst" * doctest::skip()) {
  const test::RecordingUpstream upstream;
  const std::string route = "routes: [{path: /, backends: [\"" + upstream.address() + "\"]}]\n";
  const std::string limit = "rate_limit: {algorithm: gcra, requests: 1, window: 24h, key: none";
  const test::TestGateway strict(limit + "}\n" + route);
  CHECK(status(strict) == 200);
  CHECK(status(strict) == 429);
  const test::TestGateway with_burst(limit + ", burst: 3}\n" + route);
  for (int i = 0; i < 3; ++i) CHECK(status(with_burst) == 200);
  CHECK(status(with_burst) == 429);
}

}  // namespace
}  // namespace glassgate::exercises
