// The exercises of docs/lessons/11-token-bucket.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <vector>

#include "11_costly_bucket.h"
#include "11_patient_client.h"

namespace glassgate::exercises {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TokenBucketConfig four_a_second{.requests = 4, .window = seconds(1), .burst = 3};
const TimePoint start{seconds(100)};

TEST_CASE("exercise 11.1: a request costs what it costs, all of it or nothing" * doctest::skip()) {
  CostlyBucket bucket(four_a_second, start);
  CHECK(bucket.decide(start, 2).remaining == 1);
  const Decision refused = bucket.decide(start, 2);
  CHECK(!refused.allowed);
  CHECK(refused.retry_after == milliseconds(250));
  CHECK(bucket.decide(start, 1).allowed);  // the refusal took nothing
  CHECK(!bucket.decide(start + milliseconds(499), 2).allowed);
  CHECK(bucket.decide(start + milliseconds(500), 2).allowed);
  CHECK(bucket.decide(start + milliseconds(1250), 3).allowed);
}

TEST_CASE("exercise 11.2: a client that waits as it is told is let through at the steady rate" * doctest::skip()) {
  TokenBucket bucket(four_a_second, start);
  std::vector<TimePoint> through;
  TimePoint now = start;
  for (int i = 0; i < 6; ++i) through.push_back(now = goes_through_at(bucket, now));
  CHECK(through[2] == start);  // the burst
  CHECK(through[3] == start + milliseconds(250));
  CHECK(through[5] == start + milliseconds(750));
  CHECK(!bucket.decide(now).allowed);  // each of them took its token
}

}  // namespace
}  // namespace glassgate::exercises
