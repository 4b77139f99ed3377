#include "primitives/breaker/retry_budget.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

const TimePoint start{hours(1)};

// How many of `asked` retries are allowed.
uint64_t allowed_of(RetryBudget& budget, int asked, TimePoint now) {
  uint64_t allowed = 0;
  for (int i = 0; i < asked; ++i) allowed += budget.allow_retry(now) ? 1 : 0;
  return allowed;
}

void count_requests(RetryBudget& budget, int n, TimePoint now) {
  for (int i = 0; i < n; ++i) budget.count_request(now);
}

TEST_CASE("one retry for five requests is allowed, and ten to whoever has fewer requests") {
  struct Row {
    int requests;
    uint64_t retries;
  };
  for (const Row& row : std::vector<Row>{
           {0, 10}, {1, 10}, {49, 10}, {50, 10}, {54, 10}, {55, 11}, {59, 11}, {60, 12}, {100, 20}, {1000, 200}}) {
    CAPTURE(row.requests);
    RetryBudget budget;
    count_requests(budget, row.requests, start);
    CHECK(allowed_of(budget, 1000, start) == row.retries);
  }
}

TEST_CASE("the budget grows with the requests") {
  RetryBudget budget;
  CHECK(allowed_of(budget, 100, start) == 10);
  count_requests(budget, 54, start);
  CHECK(allowed_of(budget, 100, start) == 0);
  count_requests(budget, 1, start);
  CHECK(allowed_of(budget, 100, start) == 1);
  count_requests(budget, 45, start);
  CHECK(allowed_of(budget, 100, start) == 9);
}

TEST_CASE("a retry that was not allowed is not counted (I1)") {
  RetryBudget budget;
  CHECK(allowed_of(budget, 10'000, start) == 10);
  count_requests(budget, 55, start);
  CHECK(allowed_of(budget, 10'000, start) == 1);
  CHECK(allowed_of(budget, 10'000, start + seconds(10)) == 10);
}

TEST_CASE("what is older than the window has no say, slot by slot (I2)") {
  struct Step {
    int64_t at_ms;
    int requests;
    uint64_t retries;  // allowed of a thousand
  };
  RetryBudget budget;
  for (const Step& step : std::vector<Step>{{0, 100, 20},
                                            {999, 0, 0},
                                            {3000, 50, 10},   // 30 for 150
                                            {9999, 0, 0},     // the first second's are in the window yet
                                            {10'000, 0, 0},   // 10 for the 50 of the fourth second
                                            {10'001, 10, 2},  // 12 for 60
                                            {12'999, 0, 0},
                                            {13'000, 0, 8},  // 2 are left, for 10: ten are free
                                            {20'000, 0, 2},  // 8 of the fourteenth second are left
                                            {23'000, 0, 8},
                                            {100'000, 0, 10}}) {
    CAPTURE(step.at_ms);
    const TimePoint now = start + milliseconds(step.at_ms);
    count_requests(budget, step.requests, now);
    CHECK(allowed_of(budget, 1000, now) == step.retries);
  }
}

TEST_CASE("requests of before do not pay for retries of now, once they have left the window (I2)") {
  for (const int later_ms : {10'000, 10'001, 19'999, 20'000, 1'000'000}) {
    CAPTURE(later_ms);
    RetryBudget budget;
    count_requests(budget, 10'000, start);
    CHECK(allowed_of(budget, 1000, start + milliseconds(later_ms)) == 10);
  }
}

TEST_CASE("a clock that steps back is taken for standing still (I3)") {
  RetryBudget budget;
  count_requests(budget, 100, start + seconds(30));
  CHECK(allowed_of(budget, 15, start) == 15);
  CHECK(allowed_of(budget, 100, start + seconds(30)) == 5);
  count_requests(budget, 5, start);  // counted as of the newest second seen
  CHECK(allowed_of(budget, 100, start + seconds(39)) == 1);
  CHECK(allowed_of(budget, 100, start + seconds(40)) == 9);  // one of the last second is left
}

TEST_CASE("any time is a time to begin, the clock's beginning too") {
  for (const TimePoint begin : {TimePoint{}, TimePoint{Duration(1)}, start, TimePoint{hours(24 * 365 * 200)}}) {
    CAPTURE(begin.time_since_epoch().count());
    RetryBudget budget;
    count_requests(budget, 100, begin);
    CHECK(allowed_of(budget, 1000, begin) == 20);
    CHECK(allowed_of(budget, 1000, begin + seconds(10)) == 10);
  }
}

// The same, kept as a list of everything that ever was.
class ExactBudget {
 public:
  void count_request(TimePoint now) { requests_.push_back(slot(now)); }
  bool allow_retry(TimePoint now) {
    const auto in_window = [&](const std::deque<int64_t>& slots) {
      return std::count_if(slots.begin(), slots.end(), [&](int64_t s) { return s > slot(now) - 10; });
    };
    if (in_window(retries_) >= std::max<std::ptrdiff_t>(10, in_window(requests_) / 5)) return false;
    retries_.push_back(slot(now));
    return true;
  }

 private:
  static int64_t slot(TimePoint now) { return now.time_since_epoch() / seconds(1); }
  std::deque<int64_t> requests_;
  std::deque<int64_t> retries_;
};

TEST_CASE("whatever the traffic, it decides as a list of everything would: never above the share (I1, I2)") {
  std::mt19937 random(13);  // NOLINT: the same every time
  for (int round = 0; round < 20; ++round) {
    RetryBudget budget;
    ExactBudget exact;
    TimePoint now = start;
    size_t differences = 0;
    for (int i = 0; i < 1000; ++i) {
      if (random() % 20 == 0) now += milliseconds(random() % 3000);
      if (random() % 500 == 0) now += milliseconds(random() % 30'000);
      if (random() % 4 != 0) {
        budget.count_request(now);
        exact.count_request(now);
      } else if (budget.allow_retry(now) != exact.allow_retry(now)) {
        ++differences;
      }
    }
    CHECK(differences == 0);
  }
}

TEST_CASE("four threads together get the budget, and not one more") {
  RetryBudget budget;
  std::atomic<int> allowed{0};
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int t = 0; t < 4; ++t) {
    callers.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        budget.count_request(start);
        if (budget.allow_retry(start)) ++allowed;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  allowed += static_cast<int>(allowed_of(budget, 8000, start));
  CHECK(allowed == 1600);
}

}  // namespace
}  // namespace glassgate
