#include "gateway/rate_limiter.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/test_exchange.h"

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

RateLimitConfig bucket(uint64_t requests, Duration window, uint64_t burst) {
  RateLimitConfig out;
  out.requests = requests;
  out.window = window;
  out.burst = burst;
  out.key = {KeySource::Kind::none, ""};
  return out;
}

RateLimitConfig sliding(uint64_t requests, Duration window) {
  RateLimitConfig out = bucket(requests, window, 0);
  out.algorithm = RateLimitConfig::Algorithm::sliding_window;
  return out;
}

RateLimitConfig by_header(RateLimitConfig config) {
  config.key = {KeySource::Kind::header, "X-User"};
  return config;
}

struct Answer {
  bool admitted = false;
  std::string fields;
  Duration retry_after{-1};
  Error error = Error::none;
};

// One more request, at the time that the clock shows.
Answer ask(RateLimiter& limiter, test::ManualClock& clock, const std::string& fields = "") {
  test::TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  exchange.clock.advance(clock.now() - exchange.clock.now());
  Answer out;
  out.admitted = limiter.admits(exchange.x);
  out.fields = exchange.x.extra_fields;
  out.retry_after = exchange.x.retry_after.value_or(Duration(-1));
  out.error = exchange.x.error;
  return out;
}

std::string fields(const std::string& limit, const std::string& policy) {
  return "RateLimit: \"gateway\";" + limit + "\r\nRateLimit-Policy: \"gateway\";" + policy + "\r\n";
}

TEST_CASE("what a client is told: how many are left, until when, and what the rule is") {
  test::ManualClock clock;
  RateLimiter limiter("gateway", "gateway", bucket(2, seconds(10), 3));
  struct Step {
    Duration later;
    bool admitted;
    std::string limit;
    Duration retry_after;
  };
  // A token comes every 5 s; three are there.
  for (const Step& step : std::vector<Step>{{seconds(0), true, "r=2;t=5", Duration(-1)},
                                            {seconds(0), true, "r=1;t=10", Duration(-1)},
                                            {seconds(0), true, "r=0;t=15", Duration(-1)},
                                            {seconds(0), false, "r=0;t=5", seconds(5)},
                                            {milliseconds(1500), false, "r=0;t=4", milliseconds(3500)},
                                            {milliseconds(3499), false, "r=0;t=1", milliseconds(1)},
                                            {milliseconds(1), true, "r=0;t=15", Duration(-1)}}) {
    CAPTURE(step.limit);
    clock.advance(step.later);
    const Answer answer = ask(limiter, clock);
    CHECK(answer.admitted == step.admitted);
    CHECK(answer.fields == fields(step.limit, "q=2;w=10"));
    CHECK(answer.retry_after == step.retry_after);
    CHECK(answer.error == (step.admitted ? Error::none : Error::rate_limited));
  }
  CHECK(limiter.allowed().value() == 4);
  CHECK(limiter.refused().value() == 3);
}

TEST_CASE("a window that is no whole number of seconds is left out of the policy") {
  const struct {
    Duration window;
    std::string policy;
  } rows[] = {{seconds(1), "q=7;w=1"},
              {milliseconds(1500), "q=7"},
              {milliseconds(10), "q=7"},
              {hours(1), "q=7;w=3600"},
              {seconds(1) + Duration(1), "q=7"}};
  for (const auto& row : rows) {
    CAPTURE(row.policy);
    test::ManualClock clock;
    RateLimiter limiter("gateway", "gateway", bucket(7, row.window, 7));
    CHECK(ask(limiter, clock).fields.ends_with("RateLimit-Policy: \"gateway\";" + row.policy + "\r\n"));
  }
}

TEST_CASE("who waits as long as it was told is admitted, with either algorithm and whatever came before") {
  for (const RateLimitConfig& config :
       {bucket(3, seconds(1), 5), bucket(7, seconds(10), 1), sliding(3, seconds(1)), sliding(1, seconds(10))}) {
    test::ManualClock clock;
    RateLimiter limiter("gateway", "gateway", config);
    int refused = 0;
    for (int i = 0; i < 200; ++i) {
      CAPTURE(i);
      const Answer answer = ask(limiter, clock);
      if (answer.admitted) {
        clock.advance(milliseconds(i % 5 * 37));
        continue;
      }
      ++refused;
      REQUIRE(answer.retry_after > Duration::zero());
      clock.advance(answer.retry_after);
      REQUIRE(ask(limiter, clock).admitted);
    }
    CHECK(refused > 0);
  }
}

TEST_CASE("a refused request costs no budget, and its exchange has failed (I1)") {
  for (const RateLimitConfig& config : {bucket(1, seconds(10), 1), sliding(1, seconds(10))}) {
    test::ManualClock clock;
    RateLimiter limiter("gateway", "gateway", config);
    CHECK(ask(limiter, clock).admitted);
    const Duration wait = ask(limiter, clock).retry_after;
    for (int i = 0; i < 100; ++i) CHECK(ask(limiter, clock).error == Error::rate_limited);
    CHECK(ask(limiter, clock).retry_after == wait);
    clock.advance(wait);
    CHECK(ask(limiter, clock).admitted);
  }
}

TEST_CASE("each key has a budget of its own, and keys that nobody uses are collected") {
  test::ManualClock clock;
  RateLimiter limiter("gateway", "gateway", by_header(bucket(1, seconds(1), 1)));
  for (const char* user : {"a", "b", "c"}) {
    CHECK(ask(limiter, clock, "X-User: " + std::string(user) + "\r\n").admitted);
    CHECK_FALSE(ask(limiter, clock, "X-User: " + std::string(user) + "\r\n").admitted);
  }
  CHECK(limiter.keys() == 3);
  clock.advance(limiter.config().idle_keys_after);
  limiter.collect(clock.now());
  CHECK(limiter.keys() == 0);
}

TEST_CASE("nobody gets a new budget by keeping still: it is forgotten when it is whole again, and not before") {
  for (const auto& [config, whole_after] :
       {std::pair(bucket(3, hours(1), 3), hours(1)), std::pair(bucket(3, hours(1), 6), hours(2)),
        std::pair(sliding(3, hours(1)), hours(2))}) {
    test::ManualClock clock;
    RateLimiter limiter("gateway", "gateway", config);
    while (ask(limiter, clock).admitted) {
    }
    clock.advance(std::chrono::minutes(11));  // of them one is needed for nothing but idle_keys_after
    limiter.collect(clock.now());
    CHECK(limiter.keys() == 1);
    CHECK_FALSE(ask(limiter, clock).admitted);
    clock.advance(whole_after - Duration(1));
    limiter.collect(clock.now());
    CHECK(limiter.keys() == 1);
    clock.advance(Duration(1));
    limiter.collect(clock.now());
    CHECK(limiter.keys() == 0);
  }
}

TEST_CASE("the lines of two limiters stand one after the other") {
  RateLimiter door("gateway", "gateway", bucket(5, seconds(5), 5));
  RateLimiter of_route("route", "route /", bucket(2, seconds(2), 2));
  test::TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(door.admits(exchange.x));
  CHECK(of_route.admits(exchange.x));
  CHECK(exchange.x.extra_fields ==
        fields("r=4;t=1", "q=5;w=5") + "RateLimit: \"route\";r=1;t=1\r\nRateLimit-Policy: \"route\";q=2;w=2\r\n");
}

TEST_CASE("a snapshot that comes after another one goes on with its budgets") {
  const std::string text =
      "listen: 127.0.0.1:0\nrate_limit: {requests: 5, window: 1s}\n"
      "routes: [{path: /, backends: [b:1], rate_limit: {requests: 5, window: 1s}}]\n";
  const Runtime before(parse_config(text).config, nullptr);
  const Runtime same(parse_config(text).config, &before);
  CHECK(same.door_limiter() == before.door_limiter());
  CHECK(same.limiter_of(0) == before.limiter_of(0));
  CHECK(same.door_limiter() != same.limiter_of(0));
  std::string changed = text;
  changed.replace(changed.find("5, window"), 1, "6");
  const Runtime other(parse_config(changed).config, &before);
  CHECK(other.door_limiter() != before.door_limiter());
  CHECK(other.limiter_of(0) == before.limiter_of(0));
}

}  // namespace
}  // namespace glassgate
