#include "primitives/ratelimit/token_bucket.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support/decision_text.h"

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

using test::text;
using Row = test::DecisionRow;

const TimePoint start{hours(1)};

void check_time_line(const TokenBucketConfig& config, const std::vector<Row>& rows) {
  TokenBucket bucket(config, start);
  for (const Row& row : rows) {
    CAPTURE(row.at_ms);
    const Decision decision = bucket.decide(start + milliseconds(row.at_ms));
    CHECK(text(decision) == row.decision);
    CHECK(decision.reset_after == milliseconds(row.reset_ms));
    if (decision.allowed) CHECK(decision.retry_after == Duration::zero());
    if (!decision.allowed) CHECK(decision.remaining == 0);
  }
}

TEST_CASE("4 a second with a burst of 3: the whole burst at once, then one each quarter of a second") {
  check_time_line({4, seconds(1), 3}, {{0, "ok 2", 250},
                                       {0, "ok 1", 500},
                                       {0, "ok 0", 750},
                                       {0, "no 250ms", 750},
                                       {100, "no 150ms", 650},
                                       {249, "no 1ms", 501},
                                       {250, "ok 0", 750},
                                       {250, "no 250ms", 750},
                                       {600, "ok 0", 650},  // 350 ms came, 250 ms of them are taken
                                       {600, "no 150ms", 650},
                                       {750, "ok 0", 750}});
}

TEST_CASE("the bucket is filled by the time that passed, whenever somebody asks, and never above the burst (I1)") {
  check_time_line({4, seconds(1), 3}, {{0, "ok 2", 250},
                                       {250, "ok 2", 250},  // full again, and one taken
                                       {10'000, "ok 2", 250},
                                       {10'000, "ok 1", 500},
                                       {10'000, "ok 0", 750},
                                       {10'000, "no 250ms", 750},
                                       {10'500, "ok 1", 500},  // two came
                                       {10'750, "ok 1", 500},  // one came, one went
                                       {3'600'000, "ok 2", 250}});
}

TEST_CASE("a burst of 1 is a strict distance between requests") {
  check_time_line({10, seconds(1), 1}, {{0, "ok 0", 100},
                                        {50, "no 50ms", 50},
                                        {99, "no 1ms", 1},
                                        {100, "ok 0", 100},
                                        {350, "ok 0", 100},  // the rest of the wait was lost: the bucket holds one
                                        {400, "no 50ms", 50}});
}

TEST_CASE("a refused request takes nothing, however often it comes (I2)") {
  TokenBucket asked_often({1, seconds(1), 1}, start);
  TokenBucket asked_once({1, seconds(1), 1}, start);
  CHECK(text(asked_often.decide(start)) == "ok 0");
  CHECK(text(asked_once.decide(start)) == "ok 0");
  for (int ms = 1; ms < 1000; ++ms) {
    const Decision decision = asked_often.decide(start + milliseconds(ms));
    REQUIRE(!decision.allowed);
    REQUIRE(decision.retry_after == milliseconds(1000 - ms));
  }
  CHECK(text(asked_often.decide(start + seconds(1))) == "ok 0");
  CHECK(text(asked_once.decide(start + seconds(1))) == "ok 0");
}

TEST_CASE("a clock that steps back neither fills nor empties the bucket (I3)") {
  check_time_line({4, seconds(1), 2}, {{1000, "ok 1", 250},
                                       {0, "ok 0", 500},
                                       {-5000, "no 250ms", 500},
                                       {999, "no 250ms", 500},
                                       {1000, "no 250ms", 500},
                                       {1250, "ok 0", 500},
                                       {1000, "no 250ms", 500},
                                       {1500, "ok 0", 500}});
}

TEST_CASE("waiting for exactly retry_after is enough, and one nanosecond less is not (I4)") {
  struct Case {
    uint64_t requests;
    Duration window;
    uint64_t burst;
  };
  for (const Case& c : std::vector<Case>{{1, nanoseconds(1), 1},
                                         {1, seconds(1), 1},
                                         {3, seconds(1), 2},  // a third of a second is no whole number of nanoseconds
                                         {7, nanoseconds(100), 5},
                                         {1000, hours(24), 10},
                                         {999'983, seconds(1), 3}}) {
    CAPTURE(c.requests);
    TokenBucket bucket({c.requests, c.window, c.burst}, start);
    TimePoint now = start;
    std::mt19937_64 random(3);  // NOLINT: the same every time
    for (int round = 0; round < 200; ++round) {
      Decision decision = bucket.decide(now);
      while (decision.allowed) decision = bucket.decide(now);
      if (decision.retry_after > nanoseconds(1)) {
        const Duration too_short = decision.retry_after - nanoseconds(1);
        const Decision early = bucket.decide(now + too_short);
        REQUIRE(!early.allowed);
        REQUIRE(early.retry_after == nanoseconds(1));
      }
      now += decision.retry_after;
      REQUIRE(bucket.decide(now).allowed);
      now += nanoseconds(random() % static_cast<uint64_t>(c.window.count()));
    }
  }
}

TEST_CASE("reset_after is when the whole burst is there again, to the nanosecond") {
  for (const Duration less : {nanoseconds(0), nanoseconds(1)}) {
    TokenBucket bucket({3, seconds(1), 5}, start);
    TimePoint now = start;
    bucket.decide(now);
    const Decision second = bucket.decide(now);
    now += second.reset_after - less;
    CHECK(bucket.decide(now).remaining == (less == Duration::zero() ? 4 : 3));
  }
}

TEST_CASE("over any stretch of time t, at most burst + t * rate are allowed") {
  const TokenBucketConfig config{5, milliseconds(100), 8};
  TokenBucket bucket(config, start);
  std::mt19937 random(11);  // NOLINT: the same every time
  std::vector<TimePoint> allowed;
  TimePoint now = start;
  for (int i = 0; i < 20000; ++i) {
    now += random() % 50 == 0 ? milliseconds(random() % 300) : nanoseconds(random() % 8'000'000);
    if (bucket.decide(now).allowed) allowed.push_back(now);
  }
  REQUIRE(allowed.size() > 3000);
  size_t too_many = 0;
  for (size_t first = 0; first < allowed.size(); ++first) {
    for (size_t last = first; last < std::min(allowed.size(), first + 60); ++last) {
      const auto stretch = allowed[last] - allowed[first];
      if (static_cast<Duration::rep>(last - first + 1) > 8 + stretch / milliseconds(20)) ++too_many;
    }
  }
  CHECK(too_many == 0);
}

TEST_CASE("extreme settings do not overflow: they are slower than they ask for, and never faster (I1)") {
  constexpr uint64_t most = std::numeric_limits<uint64_t>::max();
  struct Case {
    std::string what;
    TokenBucketConfig config;
    uint64_t remaining;  // after the first
    Duration per_token;
  };
  for (const Case& c :
       std::vector<Case>{{"more requests than nanoseconds", {10'000'000'000, seconds(1), 5}, 4, nanoseconds(1)},
                         {"all the requests there are", {most, seconds(1), 5}, 4, nanoseconds(1)},
                         {"all of them in the longest window", {most, Duration::max(), 5}, 4, nanoseconds(1)},
                         {"one in the longest window", {1, Duration::max(), 1}, 0, Duration::max()},
                         {"a burst of 292 years", {1, Duration::max(), most}, 0, Duration::max()},
                         {"a burst without end", {1, seconds(1), most}, 9'223'372'035, seconds(1)},
                         {"a burst of nanoseconds", {most, nanoseconds(1), most}, most / 2 - 1, nanoseconds(1)}}) {
    CAPTURE(c.what);
    TokenBucket bucket(c.config, start);
    const Decision first = bucket.decide(start);
    CHECK(first.allowed);
    CHECK(first.remaining == c.remaining);
    CHECK(first.reset_after == c.per_token);
    CHECK(bucket.decide(start + hours(24 * 365)).remaining <= c.remaining);
  }
  TokenBucket slow({1, Duration::max(), 1}, start);
  CHECK(slow.decide(start).allowed);
  CHECK(slow.decide(start).retry_after == Duration::max());
  CHECK(slow.decide(start + hours(24 * 365)).retry_after == Duration::max() - hours(24 * 365));
}

}  // namespace
}  // namespace glassgate
