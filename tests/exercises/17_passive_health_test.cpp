// The exercises of docs/lessons/17-passive-health.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>

#include "17_two_windows.h"
#include "17_well_again.h"

namespace glassgate::exercises {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{seconds(1000)};

TimePoint at(int64_t ms) {
  return start + milliseconds(ms);
}

template <typename Judge>
void record(Judge& judge, int successes, int failures, TimePoint now) {
  for (int i = 0; i < successes; ++i) judge.record(true, now);
  for (int i = 0; i < failures; ++i) judge.record(false, now);
}

TEST_CASE("exercise 17.1: out when the short and the long window agree, in when either forgives" * doctest::skip()) {
  TwoWindows judge({.window = seconds(10), .error_rate = 0.5, .min_requests = 4},
                   {.window = seconds(60), .error_rate = 0.25, .min_requests = 20});
  record(judge, 30, 0, at(0));
  record(judge, 0, 6, at(15'000));
  CHECK(judge.healthy(at(15'000)));  // a hiccup: 6 of 6 in the short window, 6 of 36 in the long one
  record(judge, 0, 6, at(16'000));
  CHECK_FALSE(judge.healthy(at(16'000)));  // 12 of 42
  CHECK_FALSE(judge.healthy(at(24'999)));
  CHECK(judge.healthy(at(26'000)));  // the short one has forgotten
  record(judge, 0, 4, at(30'000));
  CHECK_FALSE(judge.healthy(at(30'000)));  // the long one has not
}

TEST_CASE("exercise 17.2: the moment at which a backend that nobody asks is healthy again" * doctest::skip()) {
  const PassiveThresholds thresholds{.window = seconds(10), .error_rate = 0.5, .min_requests = 10};
  PassiveHealth health(thresholds);
  CHECK(well_again(health, thresholds.window, at(0)) == at(0));
  record(health, 0, 6, at(500));
  record(health, 0, 6, at(4200));
  CHECK(well_again(health, thresholds.window, at(4200)) == at(10'000));  // six of the twelve have left
  record(health, 0, 6, at(9900));
  CHECK(well_again(health, thresholds.window, at(9900)) == at(14'000));
  record(health, 7, 0, at(9900));
  CHECK(well_again(health, thresholds.window, at(9900)) == at(14'000));  // 12 of 19, then 6 of 13
  CHECK_FALSE(health.healthy(at(9950)));                                 // it was a copy that was asked
}

}  // namespace
}  // namespace glassgate::exercises
