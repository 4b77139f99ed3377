#include "primitives/metrics/prometheus_text.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "base/utf8.h"

namespace glassgate {
namespace {

std::string value_line(double value) {
  PrometheusText text;
  text.family("x", "gauge", "h");
  text.sample({}, value);
  return text.take();
}

TEST_CASE("a family is its help, its type and its samples, in this order and together (I1)") {
  PrometheusText text;
  text.family("requests_total", "counter", "Requests.");
  text.sample({{"route", "a"}, {"code", "200"}}, uint64_t{7});
  text.sample({{"route", "b"}, {"code", "404"}}, uint64_t{0});
  text.family("connections", "gauge", "Open connections.");
  text.sample({}, uint64_t{3});
  text.family("empty_total", "counter", "Nothing yet.");
  CHECK(text.take() ==
        "# HELP requests_total Requests.\n"
        "# TYPE requests_total counter\n"
        "requests_total{route=\"a\",code=\"200\"} 7\n"
        "requests_total{route=\"b\",code=\"404\"} 0\n"
        "# HELP connections Open connections.\n"
        "# TYPE connections gauge\n"
        "connections 3\n"
        "# HELP empty_total Nothing yet.\n"
        "# TYPE empty_total counter\n");
}

TEST_CASE("a page of nothing is empty") {
  PrometheusText text;
  CHECK(text.take().empty());
}

TEST_CASE("label values are escaped, and what is no UTF-8 is replaced (I2)") {
  struct Row {
    std::string value;
    std::string written;
  };
  for (const Row& row : std::vector<Row>{{"", ""},
                                         {"plain", "plain"},
                                         {"\\", "\\\\"},
                                         {"\"", "\\\""},
                                         {"\n", "\\n"},
                                         {"\\n", "\\\\n"},
                                         {"a\"b\\c\nd", "a\\\"b\\\\c\\nd"},
                                         {"\"} 1\nother{x=\"", "\\\"} 1\\nother{x=\\\""},
                                         {"{a='b', c}", "{a='b', c}"},
                                         {"tab\t and CR\r", "tab\t and CR\r"},
                                         {"caf\xC3\xA9", "caf\xC3\xA9"},
                                         {"caf\xE9", "caf\xEF\xBF\xBD"},
                                         {"\xC3\"", "\xEF\xBF\xBD\\\""},  // what looks like its second byte is escaped
                                         {"\xE2\x82\n", "\xEF\xBF\xBD\xEF\xBF\xBD\\n"},
                                         {"\xC0\x8A", "\xEF\xBF\xBD\xEF\xBF\xBD"}}) {  // an overlong line feed
    CAPTURE(row.value);
    PrometheusText text;
    text.family("x", "gauge", "h");
    text.sample({{"label", row.value}}, uint64_t{1});
    CHECK(text.take() == "# HELP x h\n# TYPE x gauge\nx{label=\"" + row.written + "\"} 1\n");
  }
}

TEST_CASE("any byte in a label value leaves the page a page: one line a sample, and UTF-8 (I2)") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    PrometheusText text;
    text.family("x", "gauge", "h");
    text.sample({{"a", std::string(1, static_cast<char>(byte))}, {"b", "c"}}, uint64_t{1});
    const std::string page = text.take();
    size_t lines = 0;
    size_t quotes = 0;
    for (size_t i = 0; i < page.size(); ++i) {
      if (page[i] == '\n') ++lines;
      if (page[i] == '"') ++quotes;
      if (page[i] == '\\') ++i;
    }
    CHECK(lines == 3);
    CHECK(quotes == 4);
    CHECK(page.ends_with("\",b=\"c\"} 1\n"));
    CHECK((page.find(replacement_character) != std::string::npos) == (byte >= 0x80));
  }
}

TEST_CASE("help texts keep their quotes, and are one line of UTF-8 (I2)") {
  PrometheusText text;
  text.family("x", "gauge", "Say \"hi\"\nto C:\\temp, caf\xC3\xA9, \xFF.");
  CHECK(text.take() ==
        "# HELP x Say \"hi\"\\nto C:\\\\temp, caf\xC3\xA9, \xEF\xBF\xBD.\n"
        "# TYPE x gauge\n");
}

TEST_CASE("numbers are written as the format has them, and as short as they read back") {
  constexpr double infinite = std::numeric_limits<double>::infinity();
  struct Row {
    double value;
    std::string written;
  };
  for (const Row& row : std::vector<Row>{{0.0, "0"},
                                         {1.0, "1"},
                                         {-1.5, "-1.5"},
                                         {0.1, "0.1"},
                                         {0.1 + 0.2, "0.30000000000000004"},
                                         {0.005, "0.005"},
                                         {1e-9, "1e-09"},
                                         {100000.0, "1e+05"},
                                         {123456789.25, "123456789.25"},
                                         {1e21, "1e+21"},
                                         {-1e300, "-1e+300"},
                                         {std::numeric_limits<double>::max(), "1.7976931348623157e+308"},
                                         {std::numeric_limits<double>::denorm_min(), "5e-324"},
                                         {std::nan(""), "NaN"},
                                         {-std::nan(""), "NaN"},
                                         {infinite, "+Inf"},
                                         {-infinite, "-Inf"}}) {
    CAPTURE(row.written);
    CHECK(value_line(row.value) == "# HELP x h\n# TYPE x gauge\nx " + row.written + "\n");
  }
}

TEST_CASE("whole numbers are written whole, to the largest") {
  PrometheusText text;
  text.family("x", "counter", "h");
  text.sample({}, uint64_t{9'007'199'254'740'993});  // a double would say ...992
  text.sample({}, std::numeric_limits<uint64_t>::max());
  CHECK(text.take() == "# HELP x h\n# TYPE x counter\nx 9007199254740993\nx 18446744073709551615\n");
}

TEST_CASE("a histogram is its cumulative buckets, +Inf, the sum and the count (I3)") {
  Histogram histogram;
  histogram.observe(std::chrono::milliseconds(5));
  histogram.observe(std::chrono::milliseconds(70));
  histogram.observe(std::chrono::milliseconds(70));
  histogram.observe(std::chrono::seconds(20));
  PrometheusText text;
  text.family("duration_seconds", "histogram", "How long.");
  text.histogram({{"route", "a\"b"}}, histogram.read());
  CHECK(text.take() ==
        "# HELP duration_seconds How long.\n"
        "# TYPE duration_seconds histogram\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"0.005\"} 1\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"0.01\"} 1\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"0.025\"} 1\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"0.05\"} 1\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"0.1\"} 3\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"0.25\"} 3\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"0.5\"} 3\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"1\"} 3\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"2.5\"} 3\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"5\"} 3\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"10\"} 3\n"
        "duration_seconds_bucket{route=\"a\\\"b\",le=\"+Inf\"} 4\n"
        "duration_seconds_sum{route=\"a\\\"b\"} 20.145\n"
        "duration_seconds_count{route=\"a\\\"b\"} 4\n");
}

TEST_CASE("a histogram without labels has braces around le alone, and one of nothing is all zeros (I3)") {
  PrometheusText text;
  text.family("x", "histogram", "h");
  text.histogram({}, Histogram().read());
  const std::string page = text.take();
  CHECK(page.starts_with("# HELP x h\n# TYPE x histogram\nx_bucket{le=\"0.005\"} 0\n"));
  CHECK(page.ends_with("x_bucket{le=\"10\"} 0\nx_bucket{le=\"+Inf\"} 0\nx_sum 0\nx_count 0\n"));
}

}  // namespace
}  // namespace glassgate
