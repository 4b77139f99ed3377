#include "primitives/metrics/counters.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// The first bucket that holds the one time observed; bounds.size(): none does.
size_t bucket_of(Duration time) {
  Histogram histogram;
  histogram.observe(time);
  const Histogram::Reading reading = histogram.read();
  size_t first = 0;
  while (first < reading.cumulative.size() && reading.cumulative[first] == 0) ++first;
  return first;
}

TEST_CASE("a counter adds up") {
  Counter counter;
  CHECK(counter.value() == 0);
  counter.add();
  counter.add(41);
  counter.add(0);
  CHECK(counter.value() == 42);
}

TEST_CASE("a bucket holds what is at its bound, and not a nanosecond more (I1)") {
  const std::vector<Duration> bounds{milliseconds(5),    milliseconds(10),  milliseconds(25),  milliseconds(50),
                                     milliseconds(100),  milliseconds(250), milliseconds(500), seconds(1),
                                     milliseconds(2500), seconds(5),        seconds(10)};
  REQUIRE(bounds.size() == Histogram::bounds.size());
  for (size_t i = 0; i < bounds.size(); ++i) {
    CAPTURE(i);
    CHECK(std::chrono::duration<double>(bounds[i]).count() == Histogram::bounds[i]);
    CHECK(bucket_of(bounds[i] - nanoseconds(1)) == i);
    CHECK(bucket_of(bounds[i]) == i);
    CHECK(bucket_of(bounds[i] + nanoseconds(1)) == i + 1);
  }
}

TEST_CASE("nothing is too short or too long; what is above all bounds is only in the total (I1)") {
  struct Row {
    std::string what;
    Duration time;
    size_t bucket;
    double sum;
  };
  for (const Row& row : std::vector<Row>{{"nothing", nanoseconds(0), 0, 0},
                                         {"a nanosecond", nanoseconds(1), 0, 1e-9},
                                         {"a clock that stepped back", seconds(-5), 0, 0},
                                         {"the least there is", Duration::min(), 0, 0},
                                         {"an hour", hours(1), 11, 3600},
                                         {"292 years", Duration::max(), 11, 9223372036.854775807}}) {
    CAPTURE(row.what);
    CHECK(bucket_of(row.time) == row.bucket);
    Histogram histogram;
    histogram.observe(row.time);
    CHECK(histogram.read().count == 1);
    CHECK(histogram.read().sum == row.sum);
  }
}

TEST_CASE("a reading is cumulative, and ends with all that were observed (I2)") {
  Histogram histogram;
  CHECK(histogram.read().count == 0);
  CHECK(histogram.read().sum == 0);
  for (const Duration time : {Duration(milliseconds(3)), Duration(milliseconds(5)), Duration(milliseconds(7)),
                              Duration(milliseconds(100)), Duration(seconds(3)), Duration(seconds(20))}) {
    histogram.observe(time);
  }
  const Histogram::Reading reading = histogram.read();
  CHECK(reading.cumulative == std::array<uint64_t, 11>{2, 3, 3, 3, 4, 4, 4, 4, 4, 5, 5});
  CHECK(reading.count == 6);
  CHECK(reading.sum == doctest::Approx(23.115).epsilon(1e-12));
}

TEST_CASE("four threads lose nothing, and every reading meanwhile is cumulative and adds up (I2)") {
  constexpr size_t threads = 4;
  constexpr uint64_t rounds = 5000;
  Histogram histogram;
  Counter counter;
  std::atomic<bool> done{false};
  std::vector<std::thread> observers;
  for (size_t t = 0; t < threads; ++t) {
    observers.emplace_back([&] {
      for (uint64_t i = 0; i < rounds; ++i) {
        histogram.observe(microseconds(1));
        histogram.observe(milliseconds(70));
        histogram.observe(seconds(11));
        counter.add(3);
      }
    });
  }
  size_t wrong = 0;
  std::thread reader([&] {
    uint64_t before = 0;
    while (!done) {
      const Histogram::Reading reading = histogram.read();
      uint64_t last = 0;
      for (const uint64_t n : reading.cumulative) {
        if (n < last) ++wrong;
        last = n;
      }
      if (reading.count < last || reading.count < before) ++wrong;
      before = reading.count;
    }
  });
  for (std::thread& observer : observers) observer.join();
  done = true;
  reader.join();
  CHECK(wrong == 0);
  const uint64_t each = threads * rounds;
  const Histogram::Reading reading = histogram.read();
  CHECK(reading.cumulative == std::array<uint64_t, 11>{each, each, each, each, 2 * each, 2 * each, 2 * each, 2 * each,
                                                       2 * each, 2 * each, 2 * each});
  CHECK(reading.count == 3 * each);
  CHECK(reading.sum == doctest::Approx(20000 * 11.070001).epsilon(1e-12));
  CHECK(counter.value() == 3 * each);
}

}  // namespace
}  // namespace glassgate
