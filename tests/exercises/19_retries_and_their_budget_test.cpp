// The exercises of docs/lessons/19-retries-and-their-budget.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "19_deposit_budget.h"
#include "gateway/candidates.h"
#include "gateway/outcome.h"
#include "support/fleet.h"
#include "support/test_exchange.h"

namespace glassgate::exercises {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// How many of a hundred retries are allowed after n more requests.
int allowed_after(DepositBudget& budget, int n) {
  for (int i = 0; i < n; ++i) budget.count_request();
  int allowed = 0;
  for (int i = 0; i < 100; ++i) allowed += budget.allow_retry() ? 1 : 0;
  return allowed;
}

TEST_CASE("exercise 19.1: five requests pay for a retry, and at most ten are saved up" * doctest::skip()) {
  DepositBudget budget;
  CHECK(allowed_after(budget, 0) == 10);
  CHECK(allowed_after(budget, 4) == 0);
  CHECK(allowed_after(budget, 1) == 1);
  CHECK(allowed_after(budget, 9) == 1);
  CHECK(allowed_after(budget, 1) == 1);  // the four fifths of before were kept
  CHECK(allowed_after(budget, 49) == 9);
  CHECK(allowed_after(budget, 1000) == 10);
  CHECK(allowed_after(budget, 4) == 0);
}

TEST_CASE("exercise 19.2: a request that began a second ago is not repeated" * doctest::skip()) {
  for (const milliseconds age : {milliseconds(0), milliseconds(999), milliseconds(1000), milliseconds(60'000)}) {
    CAPTURE(age.count());
    test::TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n",
                                {"192.0.2.1", test::fleet_of({"b:1", "b:2", "b:3"}, "retries: 2")});
    Exchange& x = exchange.x;
    exchange.route();
    find_candidates(x);
    pick_backend(x);
    x.attempts = 1;
    x.error = Error::backend_closed;
    x.may_be_repeated = true;
    x.was_sent = true;
    exchange.clock.advance(age);
    const bool in_time = age < seconds(1);
    CHECK(begin_retry(x) == in_time);
    CHECK(x.upstream->counts->retries.value() == (in_time ? 1 : 0));
    CHECK(x.upstream->counts->retries_refused.value() == 0);
    int left = 0;
    while (x.upstream->retry_budget->allow_retry(exchange.clock.now())) ++left;
    CHECK(left == (in_time ? 9 : 10));  // what was not made has used up nothing
  }
}

}  // namespace
}  // namespace glassgate::exercises
