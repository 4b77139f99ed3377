#include "primitives/health/passive_health.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{hours(1)};

TimePoint at(int64_t ms) {
  return start + milliseconds(ms);
}

void record(PassiveHealth& health, int successes, int failures, TimePoint now) {
  for (int i = 0; i < successes; ++i) health.record(true, now);
  for (int i = 0; i < failures; ++i) health.record(false, now);
}

// "3/10": three failures in ten requests.
std::string counts(PassiveHealth& health, TimePoint now) {
  const PassiveHealth::Counts seen = health.counts(now);
  return std::to_string(seen.failures) + "/" + std::to_string(seen.requests);
}

TEST_CASE("unhealthy at the error rate and above it, once there are enough requests (I1)") {
  struct Row {
    double rate;
    unsigned min_requests;
    int successes;
    int failures;
    bool healthy;
  };
  for (const Row& row : std::vector<Row>{{0.5, 10, 0, 0, true},
                                         {0.5, 10, 0, 9, true},  // too few to conclude anything
                                         {0.5, 10, 0, 10, false},
                                         {0.5, 10, 5, 4, true},
                                         {0.5, 10, 5, 5, false},
                                         {0.5, 10, 6, 5, true},
                                         {0.5, 10, 51, 49, true},
                                         {0.5, 10, 50, 50, false},
                                         {0.5, 1, 0, 1, false},
                                         {0.5, 1, 1, 0, true},
                                         {1.0, 10, 1, 99, true},  // only if all fail
                                         {1.0, 10, 0, 100, false},
                                         {0.01, 10, 100, 1, true},
                                         {0.01, 10, 99, 1, false},
                                         {0.5, 0, 0, 0, true},
                                         {0.5, 0, 0, 1, false}}) {
    CAPTURE(row.rate);
    CAPTURE(row.successes);
    CAPTURE(row.failures);
    PassiveHealth health({.window = seconds(30), .error_rate = row.rate, .min_requests = row.min_requests});
    record(health, row.successes, row.failures, start);
    CHECK(health.healthy(start) == row.healthy);
  }
}

TEST_CASE("the error rate is met exactly: 7 of 100 is 0.07, and so is every other hundredth") {
  for (int hundredths = 1; hundredths <= 100; ++hundredths) {
    CAPTURE(hundredths);
    PassiveHealth health({.window = seconds(30), .error_rate = std::stod(std::to_string(hundredths) + "e-2")});
    record(health, 101 - hundredths, hundredths - 1, start);
    CHECK(health.healthy(start));
    PassiveHealth other({.window = seconds(30), .error_rate = std::stod(std::to_string(hundredths) + "e-2")});
    record(other, 100 - hundredths, hundredths, start);
    CHECK(!other.healthy(start));
  }
}

TEST_CASE("a backend that gets no traffic becomes healthy again as its failures leave the window (I2)") {
  PassiveHealth health({.window = seconds(10), .error_rate = 0.5, .min_requests = 10});
  record(health, 0, 6, at(0));
  record(health, 0, 6, at(4000));
  struct Row {
    int64_t ms;
    std::string counts;
    bool healthy;
  };
  for (const Row& row : std::vector<Row>{{4000, "12/12", false},
                                         {9999, "12/12", false},
                                         {10'000, "6/6", true},  // too few are left
                                         {13'999, "6/6", true},
                                         {14'000, "0/0", true},
                                         {100'000, "0/0", true}}) {
    CAPTURE(row.ms);
    CHECK(health.healthy(at(row.ms)) == row.healthy);
    CHECK(counts(health, at(row.ms)) == row.counts);
  }
}

TEST_CASE("slots leave the window one by one, each a tenth of it (I2)") {
  PassiveHealth health({.window = seconds(10), .error_rate = 0.5, .min_requests = 1});
  for (int second = 0; second < 10; ++second) record(health, second, 1, at(1000 * second + 500));
  CHECK(counts(health, at(9999)) == "10/55");
  CHECK(counts(health, at(10'000)) == "9/54");
  CHECK(counts(health, at(12'000)) == "7/49");
  CHECK(counts(health, at(12'999)) == "7/49");
  CHECK(counts(health, at(17'000)) == "2/19");
  CHECK(counts(health, at(19'000)) == "0/0");
}

TEST_CASE("a success rate that recovers heals it before the failures are gone") {
  PassiveHealth health({.window = seconds(10), .error_rate = 0.5, .min_requests = 10});
  record(health, 0, 10, at(0));
  CHECK(!health.healthy(at(0)));
  record(health, 10, 0, at(1000));
  CHECK(!health.healthy(at(1000)));  // half of them
  record(health, 1, 0, at(1000));
  CHECK(health.healthy(at(1000)));
}

TEST_CASE("the window takes a clock that steps back for standing still (I3)") {
  PassiveHealth health({.window = seconds(10), .error_rate = 0.5, .min_requests = 10});
  record(health, 0, 5, at(9000));
  record(health, 0, 5, at(0));  // counted as of 9 s
  CHECK(counts(health, at(-5000)) == "10/10");
  CHECK(!health.healthy(at(0)));
  CHECK(counts(health, at(18'999)) == "10/10");
  CHECK(counts(health, at(19'000)) == "0/0");
}

TEST_CASE("any time is a time to begin, and the shortest window is a window") {
  for (const TimePoint begin : {TimePoint{}, TimePoint{Duration(1)}, start, TimePoint{hours(24 * 365 * 200)}}) {
    PassiveHealth health({.window = seconds(10), .error_rate = 0.5, .min_requests = 1});
    record(health, 1, 2, begin);
    CHECK(counts(health, begin) == "2/3");
    CHECK(counts(health, begin + seconds(10)) == "0/0");
  }
  PassiveHealth tiny({.window = Duration(1), .error_rate = 0.5, .min_requests = 1});
  record(tiny, 0, 1, start);
  CHECK(counts(tiny, start + Duration(9)) == "1/1");  // a slot is no shorter than a nanosecond
  CHECK(counts(tiny, start + Duration(10)) == "0/0");
}

TEST_CASE("whatever the traffic, it counts what a list of everything would have in its slots (I2)") {
  std::mt19937 random(17);  // NOLINT: the same every time
  PassiveHealth health({.window = milliseconds(1000), .error_rate = 0.5, .min_requests = 1});
  std::vector<std::pair<int64_t, bool>> all;  // slot and success
  TimePoint now = start;
  size_t differences = 0;
  for (int i = 0; i < 3000; ++i) {
    now += milliseconds(random() % 100 == 0 ? random() % 3000 : random() % 30);
    const int64_t slot = now.time_since_epoch() / milliseconds(100);
    const bool success = random() % 3 != 0;
    health.record(success, now);
    all.emplace_back(slot, success);
    PassiveHealth::Counts expected;
    for (auto entry = all.rbegin(); entry != all.rend() && entry->first > slot - 10; ++entry) {
      ++expected.requests;
      if (!entry->second) ++expected.failures;
    }
    const PassiveHealth::Counts seen = health.counts(now);
    if (seen.requests != expected.requests || seen.failures != expected.failures) ++differences;
  }
  CHECK(differences == 0);
}

}  // namespace
}  // namespace glassgate
