// The exercises of docs/lessons/13-sliding-window.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include "13_exact_log.h"
#include "13_worst_case.h"
#include "primitives/ratelimit/sliding_window.h"

namespace glassgate::exercises {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{hours(1)};

// The most of these, in ascending order, that lie within one second.
size_t most_in_a_second(const std::vector<TimePoint>& times) {
  size_t most = 0;
  size_t first = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    while (times[i] - times[first] >= seconds(1)) ++first;
    most = std::max(most, i - first + 1);
  }
  return most;
}

TEST_CASE("exercise 13.1: an exact log never lets more through than the limit, in any window" * doctest::skip()) {
  ExactLog limiter(4, seconds(1));
  for (int i = 0; i < 4; ++i) CHECK(limiter.decide(start + milliseconds(900)).allowed);
  const Decision refused = limiter.decide(start + milliseconds(1250));
  CHECK(!refused.allowed);
  CHECK(refused.retry_after == milliseconds(650));
  CHECK(!limiter.decide(start + milliseconds(1899)).allowed);
  CHECK(limiter.decide(start + milliseconds(1900)).allowed);
  CHECK(limiter.remembered() <= 4);

  std::mt19937 random(7);  // NOLINT: the same every time
  ExactLog busy(10, seconds(1));
  std::vector<TimePoint> allowed;
  TimePoint now = start;
  size_t most_remembered = 0;
  for (int i = 0; i < 2000; ++i) {
    now += milliseconds(random() % 100);
    if (busy.decide(now).allowed) allowed.push_back(now);
    most_remembered = std::max(most_remembered, busy.remembered());
  }
  CHECK(most_in_a_second(allowed) == 10);
  CHECK(most_remembered == 10);
}

TEST_CASE("exercise 13.2: seven requests pass a limit of four, within one second" * doctest::skip()) {
  SlidingWindow limiter(4, seconds(1), start);
  const auto arrivals = worst_arrivals();
  REQUIRE(std::is_sorted(arrivals.begin(), arrivals.end()));
  std::vector<TimePoint> allowed;
  for (const milliseconds at : arrivals) {
    if (limiter.decide(start + at).allowed) allowed.push_back(start + at);
  }
  CHECK(most_in_a_second(allowed) >= 7);
}

}  // namespace
}  // namespace glassgate::exercises
