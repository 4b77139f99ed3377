// The exercises of docs/lessons/22-metrics.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "22_high_water.h"
#include "22_quantile.h"
#include "gateway/metrics.h"
#include "support/metrics_page.h"
#include "support/test_exchange.h"

namespace glassgate::exercises {
namespace {

using std::chrono::milliseconds;

TEST_CASE("exercise 22.1: a quantile is read from the buckets, and is as coarse as they are" * doctest::skip()) {
  Histogram histogram;
  CHECK(quantile(histogram.read(), 0.5) == 0);
  for (const int ms : {4, 5, 6, 3, 9, 4, 5, 3000, 8, 4}) histogram.observe(milliseconds(ms));
  const Histogram::Reading reading = histogram.read();
  CHECK(quantile(reading, 0.5) == doctest::Approx(0.005 * 5 / 6));  // the fifth of six in the first bucket
  CHECK(quantile(reading, 0.9) == doctest::Approx(0.010));
  CHECK(quantile(reading, 0.95) == doctest::Approx(3.75));  // it took 3 s: half way from 2.5 to 5 is a guess
  histogram.observe(std::chrono::hours(1));
  CHECK(quantile(histogram.read(), 1) == doctest::Approx(10));
}

TEST_CASE("exercise 22.2: the highest of all stays, whoever comes later with less" * doctest::skip()) {
  HighWater most;
  for (const uint64_t n : {3U, 7U, 5U}) most.note(n);
  CHECK(most.value() == 7);
  constexpr uint64_t threads = 3;
  constexpr uint64_t highest = 30000;
  std::vector<std::thread> all;
  for (uint64_t t = 0; t < threads; ++t) {
    all.emplace_back([&most, t] {
      for (uint64_t n = t; n <= highest; n += threads) {
        most.note(n);
        if (most.value() < n) most.note(2 * highest);  // a lower one has overwritten it
      }
    });
  }
  for (std::thread& thread : all) thread.join();
  CHECK(most.value() == highest);
}

TEST_CASE("exercise 22.3: the page says how many routes are in use" * doctest::skip()) {
  test::TestExchange::Setup setup;
  setup.config = "routes:\n  - {path: /a, backends: [one:1]}\n  - {path: /b, backends: [two:2]}\n";
  test::TestExchange exchange("GET /a HTTP/1.1\r\nHost: h\r\n\r\n", setup);
  const WorkerPool workers(1);
  const test::MetricsPage page(metrics_page({exchange.services, workers, exchange.clock.wall()}));
  REQUIRE(page.types.contains("gateway_routes"));
  CHECK(page.types.at("gateway_routes") == "gauge");
  CHECK(page.at("gateway_routes") == 2);
}

}  // namespace
}  // namespace glassgate::exercises
