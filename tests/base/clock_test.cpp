#include "base/clock.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/manual_clock.h"

namespace glassgate {
namespace {

using namespace std::chrono_literals;

WallTime at(int64_t seconds, std::chrono::milliseconds rest = 0ms) {
  return WallTime(std::chrono::seconds(seconds) + rest);
}

std::string log_time(WallTime t) {
  const Rfc3339 text = rfc3339(t);
  return std::string(text.begin(), text.end());
}

TEST_CASE("wall time is written as RFC 3339 for the log and as IMF-fixdate for HTTP") {
  struct Row {
    WallTime time;
    std::string log;
    std::string http;
  };
  const std::vector<Row> rows{
      {at(0), "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT"},
      {at(784111777), "1994-11-06T08:49:37.000Z", "Sun, 06 Nov 1994 08:49:37 GMT"},  // RFC 9110's own example
      {at(1709251199, 123ms), "2024-02-29T23:59:59.123Z", "Thu, 29 Feb 2024 23:59:59 GMT"},
      {at(1709251199, 999ms), "2024-02-29T23:59:59.999Z", "Thu, 29 Feb 2024 23:59:59 GMT"},
      {at(1735689599), "2024-12-31T23:59:59.000Z", "Tue, 31 Dec 2024 23:59:59 GMT"},
      {at(1735689600), "2025-01-01T00:00:00.000Z", "Wed, 01 Jan 2025 00:00:00 GMT"},
      {at(4107542400), "2100-03-01T00:00:00.000Z", "Mon, 01 Mar 2100 00:00:00 GMT"},  // 2100 is no leap year
      {at(-1, 1ms), "1969-12-31T23:59:59.001Z", "Wed, 31 Dec 1969 23:59:59 GMT"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.log);
    CHECK(log_time(row.time) == row.log);
    CHECK(http_date(row.time) == row.http);
  }
}

TEST_CASE("every month and day of the week has its name") {
  const std::vector<std::string> days{"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  for (size_t day = 0; day < 14; ++day) {
    CHECK(http_date(at(static_cast<int64_t>(day) * 86400)).substr(0, 3) == days[day % 7]);
  }
  const std::vector<std::string> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  for (size_t month = 0; month < 12; ++month) {  // the middle of each month of 1970
    CHECK(http_date(at(static_cast<int64_t>(month) * 2629746 + 1300000)).substr(8, 3) == months[month]);
  }
}

TEST_CASE("a duration in milliseconds keeps its fraction") {
  CHECK(to_milliseconds(1500us) == doctest::Approx(1.5));
  CHECK(to_milliseconds(Duration::zero()) == 0.0);
  CHECK(to_milliseconds(2s) == 2000.0);
}

TEST_CASE("the machine's steady clock never steps back") {
  const SystemClock clock;
  TimePoint before = clock.now();
  for (int i = 0; i < 1000; ++i) {
    const TimePoint now = clock.now();
    REQUIRE(now >= before);
    before = now;
  }
}

TEST_CASE("a manual clock moves when it is told to, both of its times together") {
  test::ManualClock clock;
  const TimePoint steady = clock.now();
  CHECK(log_time(clock.wall()) == "2024-02-29T13:00:00.000Z");
  clock.advance(1500ms);
  CHECK(clock.now() - steady == 1500ms);
  CHECK(log_time(clock.wall()) == "2024-02-29T13:00:01.500Z");
}

}  // namespace
}  // namespace glassgate
