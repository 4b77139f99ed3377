// The exercises of docs/lessons/22-metrics.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <thread>

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

// Two threads note 2n and 2n + 1 at the same moment, for many n. How often was 2n + 1 not the highest then?
int times_lost() {
  constexpr uint64_t rounds = 5000;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
  HighWater most;
  std::atomic<uint64_t> arrivals{0};
  std::atomic<int> lost{0};
  std::atomic<bool> is_late{false};  // on a busy machine: fewer rounds
  const auto meet = [&arrivals](uint64_t nth) {
    ++arrivals;
    while (arrivals < 2 * nth) {
    }
  };
  const auto note_all = [&](uint64_t mine) {
    for (uint64_t n = 1; n <= rounds && !is_late; ++n) {
      meet(2 * n - 1);
      most.note(2 * n + mine);
      if (mine == 0 && std::chrono::steady_clock::now() > end) is_late = true;
      meet(2 * n);
      if (most.value() != 2 * n + 1) ++lost;
    }
  };
  std::thread other(note_all, 1);
  note_all(0);
  other.join();
  return lost;
}

TEST_CASE("exercise 22.2: the highest of all stays, whoever comes later with less" * doctest::skip()) {
  HighWater most;
  for (const uint64_t n : {3U, 7U, 5U}) most.note(n);
  CHECK(most.value() == 7);
  CHECK(times_lost() == 0);
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
