#include "primitives/ratelimit/sliding_window.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <map>
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

void check_time_line(uint64_t limit, const std::vector<Row>& rows) {
  SlidingWindow limiter(limit, seconds(1), start);
  for (const Row& row : rows) {
    CAPTURE(row.at_ms);
    const Decision decision = limiter.decide(start + milliseconds(row.at_ms));
    CHECK(text(decision) == row.decision);
    CHECK(decision.reset_after == milliseconds(row.reset_ms));
    if (decision.allowed) CHECK(decision.retry_after == Duration::zero());
    if (!decision.allowed) CHECK(decision.remaining == 0);
  }
}

TEST_CASE("4 a second: what the previous second had counts by the part of it that is still covered") {
  check_time_line(4, {{0, "ok 3", 2000},
                      {100, "ok 2", 1900},
                      {200, "ok 1", 1800},
                      {300, "ok 0", 1700},
                      {300, "no 950ms", 1700},   // until a quarter of the next second has passed
                      {1000, "no 250ms", 1000},  // 4 + 0
                      {1249, "no 1ms", 751},
                      {1250, "ok 0", 1750},  // 4 * 0.75 + 0
                      {1499, "no 1ms", 1501},
                      {1500, "ok 0", 1500},  // 4 * 0.5 + 1
                      {1999, "ok 0", 1001},  // 4 * 0.001 + 2 leaves 1.996, and then 0.996
                      {2000, "ok 0", 2000},  // 3 + 0
                      {2000, "no 333ms", 2000},
                      {2500, "ok 0", 1500},  // 3 * 0.5 + 1 leaves 1.5, and then 0.5
                      {4000, "ok 3", 2000},  // a whole second without any
                      {90'000, "ok 3", 2000}});
}

TEST_CASE("1 a second: the next is allowed when a whole window lies between") {
  check_time_line(1, {{0, "ok 0", 2000},
                      {0, "no 2000ms", 2000},
                      {1000, "no 1000ms", 1000},
                      {1999, "no 1ms", 1},
                      {2000, "ok 0", 2000},
                      {2999, "no 1001ms", 1001},
                      {4000, "ok 0", 2000}});
}

TEST_CASE("no fixed window ever counts more than the limit, whatever comes (I1)") {
  SlidingWindow limiter(10, milliseconds(100), start);
  std::mt19937 random(5);  // NOLINT: the same every time
  std::map<int64_t, int> counts;
  TimePoint now = start;
  for (int i = 0; i < 50000; ++i) {
    now += random() % 100 == 0 ? milliseconds(random() % 250) : nanoseconds(random() % 6'000'000);
    if (limiter.decide(now).allowed) ++counts[(now - start) / milliseconds(100)];
  }
  int most = 0;
  for (const auto& [window, count] : counts) most = std::max(most, count);
  CHECK(most == 10);
}

TEST_CASE("a refused request is not counted, however often it comes (I2)") {
  SlidingWindow limiter(2, seconds(1), start);
  CHECK(text(limiter.decide(start)) == "ok 1");
  CHECK(text(limiter.decide(start)) == "ok 0");
  for (int ms = 0; ms < 1500; ++ms) {
    const Decision decision = limiter.decide(start + milliseconds(ms));
    REQUIRE(!decision.allowed);
    REQUIRE(decision.retry_after == milliseconds(1500 - ms));
  }
  CHECK(text(limiter.decide(start + milliseconds(1500))) == "ok 0");
}

TEST_CASE("a clock that steps back is taken for standing still (I3)") {
  check_time_line(2, {{1500, "ok 1", 1500},
                      {0, "ok 0", 1500},
                      {-9000, "no 1000ms", 1500},
                      {1500, "no 1000ms", 1500},
                      {2500, "ok 0", 1500},
                      {1600, "no 500ms", 1500},
                      {3000, "ok 0", 2000}});
}

TEST_CASE("waiting for exactly retry_after is enough, and one nanosecond less is not (I4)") {
  struct Case {
    uint64_t limit;
    Duration window;
  };
  for (const Case& c : std::vector<Case>{{1, seconds(1)},
                                         {2, seconds(1)},
                                         {3, seconds(1)},
                                         {7, nanoseconds(1000)},
                                         {100, hours(24)},
                                         {997, seconds(1)}}) {
    CAPTURE(c.limit);
    SlidingWindow limiter(c.limit, c.window, start);
    std::mt19937_64 random(9);  // NOLINT: the same every time
    TimePoint now = start;
    for (int round = 0; round < 150; ++round) {
      Decision decision = limiter.decide(now);
      while (decision.allowed) decision = limiter.decide(now);
      const TimePoint due = now + decision.retry_after;
      REQUIRE(decision.retry_after > Duration::zero());
      if (due - nanoseconds(1) > now) {
        const Decision early = limiter.decide(due - nanoseconds(1));
        REQUIRE(!early.allowed);
        REQUIRE(early.retry_after == nanoseconds(1));
      }
      REQUIRE(limiter.decide(due).allowed);
      now = due + nanoseconds(random() % static_cast<uint64_t>(c.window.count()));
    }
  }
}

TEST_CASE("after reset_after the whole budget is there again, and not one nanosecond before") {
  for (const int64_t asked_at_ms : {0, 400, 999, 1000, 1300}) {
    CAPTURE(asked_at_ms);
    for (const Duration less : {nanoseconds(0), nanoseconds(1)}) {
      SlidingWindow limiter(3, seconds(1), start);
      for (int i = 0; i < 3; ++i) limiter.decide(start);
      const TimePoint asked = start + milliseconds(asked_at_ms);
      const Decision decision = limiter.decide(asked);
      const Decision after = limiter.decide(asked + decision.reset_after - less);
      CHECK(after.allowed);
      CHECK(after.remaining == (less == Duration::zero() ? 2 : 1));
    }
  }
}

TEST_CASE("extreme settings do not overflow") {
  const Duration century = hours(24 * 36525);
  constexpr uint64_t most = std::numeric_limits<uint64_t>::max();
  SlidingWindow slow(1, century, start);
  CHECK(slow.decide(start).allowed);
  CHECK(slow.decide(start).retry_after == 2 * century);
  CHECK(slow.decide(start + century).retry_after == century);
  SlidingWindow many(most, century, start);
  CHECK(many.decide(start).remaining == most - 1);
  CHECK(many.decide(start + century).remaining == most - 2);
  SlidingWindow tiny(most, nanoseconds(1), start);
  CHECK(tiny.decide(start).remaining == most - 1);
  CHECK(tiny.decide(start + century).remaining == most - 1);
}

struct Measured {
  double most_in_a_window;  // of what was allowed, over any window and not only the fixed ones, by the limit
  double allowed;           // altogether, by what an exact log allows
};

Measured against_exact_log(const std::vector<TimePoint>& traffic, uint64_t limit, Duration window) {
  SlidingWindow limiter(limit, window, start);
  std::vector<TimePoint> ours;
  std::vector<TimePoint> exact;
  size_t most = 0;
  size_t first = 0;
  for (const TimePoint now : traffic) {
    if (exact.size() < limit || now - exact[exact.size() - limit] >= window) exact.push_back(now);
    if (!limiter.decide(now).allowed) continue;
    ours.push_back(now);
    while (now - ours[first] >= window) ++first;
    most = std::max(most, ours.size() - first);
  }
  return {static_cast<double>(most) / static_cast<double>(limit),
          static_cast<double>(ours.size()) / static_cast<double>(exact.size())};
}

// 300 seconds of it. `next` gives the distance to the request after the one at `now`.
template <typename Next>
std::vector<TimePoint> traffic(Next next) {
  std::vector<TimePoint> times;
  for (TimePoint now = start; now < start + seconds(300); now += next(now - start)) times.push_back(now);
  return times;
}

// Measured, for 100 a second. First the most that was allowed in any second, by the limit, then all that was allowed,
// by what an exact log allows: even 1.00 and 0.99, random 1.01 and 0.99, bursts 1.92 and 1.03, both sides of an edge
// 1.09 and 1.08 (a fixed window: 2.00), a whole burst just before an edge and a stream after it 1.88 and 1.64.
TEST_CASE("measured against an exact log, it is a good guess, but for bursts that know where its windows begin") {
  std::mt19937_64 random(42);  // NOLINT: the same every time
  const auto below = [&](Duration most) { return nanoseconds(random() % static_cast<uint64_t>(most.count())); };
  // Every two seconds: silence until 0.9, then 2,000 a second until `to`, then one every `after`.
  const auto from_900ms = [](Duration t, Duration to, Duration after) -> Duration {
    const Duration at = t % seconds(2);
    if (at < milliseconds(900)) return milliseconds(900) - at;
    return at < to ? nanoseconds(500'000) : std::min(after, seconds(2) - at);
  };
  struct Kind {
    std::string name;
    std::vector<TimePoint> times;
    double most_in_a_window;
    double allowed_low;
    double allowed_high;
  };
  const std::vector<Kind> kinds{
      {"even", traffic([](Duration) { return milliseconds(5); }), 1.0, 0.97, 1.01},
      {"random", traffic([&](Duration) { return below(milliseconds(10)); }), 1.05, 0.97, 1.03},
      {"bursts",
       traffic([&](Duration) { return random() % 80 == 0 ? below(seconds(2)) : below(nanoseconds(500'000)); }), 2.0,
       0.9, 1.1},
      {"both sides of an edge", traffic([&](Duration t) { return from_900ms(t, milliseconds(1100), seconds(2)); }), 1.2,
       0.9, 1.2},
      {"before an edge and on", traffic([&](Duration t) { return from_900ms(t, milliseconds(1000), milliseconds(5)); }),
       2.0, 0.9, 1.8}};
  for (const Kind& kind : kinds) {
    CAPTURE(kind.name);
    const Measured measured = against_exact_log(kind.times, 100, seconds(1));
    CHECK(measured.most_in_a_window >= 1.0);
    CHECK(measured.most_in_a_window <= kind.most_in_a_window);
    CHECK(measured.allowed >= kind.allowed_low);
    CHECK(measured.allowed <= kind.allowed_high);
  }
}

}  // namespace
}  // namespace glassgate
