#include "gateway/trace_context.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace glassgate {
namespace {

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string parent = "b7ad6b7169203331";
const std::string good = "00-" + trace + "-" + parent + "-01";

TEST_CASE("a traceparent of version 00 gives its trace id and its flags, whatever the flags are") {
  for (const std::string flags : {"00", "01", "02", "a5", "ff"}) {
    const std::string value = "00-" + trace + "-" + parent + "-" + flags;
    CAPTURE(value);
    const auto read = parse_traceparent(value);
    REQUIRE(read);
    CHECK(read->trace_id == trace);
    CHECK(read->flags == flags);
  }
}

TEST_CASE("of a version to come the known fields are read, and what is added behind another dash is not looked at") {
  for (const std::string& value : {"01-" + trace + "-" + parent + "-01", "fe-" + trace + "-" + parent + "-01-",
                                   "cc-" + trace + "-" + parent + "-01-what-The-Future \xFF holds"}) {
    CAPTURE(value);
    const auto read = parse_traceparent(value);
    REQUIRE(read);
    CHECK(read->trace_id == trace);
    CHECK(read->flags == "01");
  }
}

TEST_CASE("what breaks one rule of the format is no traceparent") {
  const std::string zeros(32, '0');
  const std::vector<std::pair<std::string, std::string>> rows{
      {"nothing", ""},
      {"blanks", std::string(55, ' ')},
      {"dashes", std::string(55, '-')},
      {"version ff", "ff-" + trace + "-" + parent + "-01"},
      {"version in upper case", "0A-" + trace + "-" + parent + "-01"},
      {"version that is no number", "0g-" + trace + "-" + parent + "-01"},
      {"upper-case trace id", "00-0AF7651916CD43DD8448EB211C80319C-" + parent + "-01"},
      {"upper-case parent id", "00-" + trace + "-B7AD6B7169203331-01"},
      {"upper-case flags", "00-" + trace + "-" + parent + "-0A"},
      {"all-zero trace id", "00-" + zeros + "-" + parent + "-01"},
      {"all-zero parent id", "00-" + trace + "-" + zeros.substr(16) + "-01"},
      {"trace id with another byte", "00-" + trace.substr(1) + "g-" + parent + "-01"},
      {"parent id with another byte", "00-" + trace + "-" + parent.substr(1) + "/-01"},
      {"flags with another byte", "00-" + trace + "-" + parent + "-0:"},
      {"short trace id", "00-" + trace.substr(1) + "-" + parent + "-01"},
      {"long trace id", "00-" + trace + "0-" + parent + "-01"},
      {"short trace id, long parent id", "00-" + trace.substr(1) + "-" + parent + "0-01"},
      {"one flag digit", "00-" + trace + "-" + parent + "-1"},
      {"more behind version 00", good + "-more"},
      {"a dash behind version 00", good + "-"},
      {"more behind version 01, without a dash", "01-" + trace + "-" + parent + "-01more"},
      {"other separators", "00_" + trace + "_" + parent + "_01"},
      {"a list of two", good + "," + good},
      {"a blank in front", " " + good},
      {"a blank behind", good + " "},
  };
  for (const auto& row : rows) {
    INFO(row.first);
    CHECK_FALSE(parse_traceparent(row.second));
  }
}

TEST_CASE("cut at any byte, a traceparent is none; with any byte made upper case or a control, neither") {
  REQUIRE(parse_traceparent(good));
  for (size_t i = 0; i < good.size(); ++i) {
    CAPTURE(i);
    CHECK_FALSE(parse_traceparent(good.substr(0, i)));
    for (const char bad : {'G', '\0', '\n', '\x80'}) {
      std::string broken = good;
      broken[i] = bad;
      CHECK_FALSE(parse_traceparent(broken));
    }
  }
}

TEST_CASE("a trace id is 32 lower-case hexadecimal digits, not all of them 0") {
  CHECK(is_trace_id(trace));
  CHECK(is_trace_id(std::string(31, '0') + "1"));
  CHECK(is_trace_id(std::string(32, 'f')));
  for (const std::string& other : {std::string(), std::string(32, '0'), std::string(32, 'F'), trace + "0",
                                   trace.substr(1), std::string(31, '1') + " ", std::string(32, 'g')}) {
    CAPTURE(other);
    CHECK_FALSE(is_trace_id(other));
  }
}

TEST_CASE("what is made is version 00, and is read as what it was made from (I1)") {
  CHECK(make_traceparent(trace, parent, "01") == good);
  const std::string future = "42-" + trace + "-" + parent + "-03-more";
  const auto read = parse_traceparent(future);
  REQUIRE(read);
  const std::string made = make_traceparent(read->trace_id, "00f067aa0ba902b7", read->flags);
  CHECK(made == "00-" + trace + "-00f067aa0ba902b7-03");
  CHECK(parse_traceparent(made));
}

}  // namespace
}  // namespace glassgate
