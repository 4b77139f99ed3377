#include "base/json.h"

#include <doctest/doctest.h>

#include <chrono>
#include <limits>
#include <string>
#include <vector>

#include "support/json_reader.h"

namespace glassgate {
namespace {

using test::Json;
using test::read_json;

const std::string replacement = "\xEF\xBF\xBD";  // U+FFFD

// What a reader of `"<escaped text>"` sees.
std::string read_back(std::string_view text) {
  const auto value = read_json('"' + json_escaped(text) + '"');
  REQUIRE(value);
  REQUIRE(value->kind == Json::Kind::string);
  return value->text;
}

TEST_CASE("the reader that these tests trust refuses what is not JSON") {
  for (const char* bad : {"",
                          " 1",
                          "1 ",
                          "01",
                          "+1",
                          ".5",
                          "1.",
                          "1e",
                          "-",
                          "tru",
                          "nul",
                          "'a'",
                          "\"",
                          "\"a",
                          "\"\t\"",
                          "\"\\x\"",
                          "\"\\u12\"",
                          "\"\\ud800\"",
                          "\"\\udc00\"",
                          "\"\xFF\"",
                          "\"\xC0\x80\"",
                          "\"\xED\xA0\x80\"",
                          "\"\xF4\x90\x80\x80\"",
                          "\"\xE2\x82\"",
                          "[",
                          "[1,]",
                          "[,1]",
                          "[1 ]",
                          "{",
                          "{\"a\"}",
                          "{\"a\":}",
                          "{\"a\":1,}",
                          "{\"a\":1,\"a\":2}",
                          "{a:1}",
                          "1 2",
                          "[1]]",
                          "NaN"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(read_json(bad).has_value());
  }
  CHECK(read_json(std::string(1000, '[')) == std::nullopt);
  CHECK(test::json_of(R"({"a":[1,-2.5e+3,"x\u00e9\ud83d\ude00"],"b":null})").at("a").at(2).text ==
        "x\xC3\xA9\xF0\x9F\x98\x80");
}

TEST_CASE("every single byte makes a valid string, and all of ASCII comes back as it went in (I1)") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const std::string text(1, static_cast<char>(byte));
    CHECK(read_back(text) == (byte < 0x80 ? text : replacement));
    CHECK(read_back("a" + text + "z") == "a" + (byte < 0x80 ? text : replacement) + "z");
  }
}

TEST_CASE("a byte is escaped as it is alone, wherever it stands in a longer text (I1)") {
  for (size_t length = 1; length <= 24; ++length) {
    for (size_t at = 0; at < length; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text(length, 'a');
        text[at] = static_cast<char>(byte);
        const std::string expected = text.substr(0, at) + json_escaped(text.substr(at, 1)) + text.substr(at + 1);
        if (json_escaped(text) != expected) FAIL_CHECK("byte " << byte << " at " << at << " of " << length);
      }
    }
  }
}

TEST_CASE("every pair of bytes makes a valid string of one line (I1)") {
  for (int first = 0; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string text{static_cast<char>(first), static_cast<char>(second)};
      const std::string out = json_escaped(text);
      const bool good = read_json('"' + out + '"').has_value() && out.find_first_of("\r\n") == std::string::npos;
      if (!good) FAIL_CHECK(first << " " << second);
    }
  }
}

TEST_CASE("quotes, backslashes and controls have their escapes (I1)") {
  CHECK(json_escaped(R"(say "no" \ ok / <b>)") == R"(say \"no\" \\ ok / <b>)");
  CHECK(json_escaped("\n\r\t") == "\\n\\r\\t");
  CHECK(json_escaped(std::string("\0\x01\x1F\x7F", 4)) == "\\u0000\\u0001\\u001f\\u007f");
  CHECK(json_escaped("\x1B[31m") == "\\u001b[31m");
}

TEST_CASE("what a terminal obeys or a reader of lines splits at is escaped, though it is UTF-8 (I1)") {
  CHECK(json_escaped("\xC2\x80 \xC2\x9B"
                     "31m \xC2\x9F") == "\\u0080 \\u009b31m \\u009f");
  CHECK(json_escaped("\xE2\x80\xA8\xE2\x80\xA9") == "\\u2028\\u2029");
  CHECK(read_back("\xC2\x9B\xE2\x80\xA8") == "\xC2\x9B\xE2\x80\xA8");
  CHECK(json_escaped("\xC2\xA0\xE2\x80\xA7\xE2\x80\xAA") ==
        "\xC2\xA0\xE2\x80\xA7\xE2\x80\xAA");  // their neighbours are text
}

TEST_CASE("well-formed UTF-8 passes through, to the first and last character of each length (I1)") {
  for (const char* text : {"\xC2\xA0", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"}) {
    CAPTURE(std::string(text));
    CHECK(json_escaped(text) == text);
    CHECK(read_back(text) == text);
  }
}

TEST_CASE("bytes that are no UTF-8 become U+FFFD, one each (I1)") {
  struct Row {
    std::string what;
    std::string bytes;
    size_t replaced;
    std::string kept;
  };
  const std::vector<Row> rows{
      {"a continuation alone", "\x80", 1, ""},
      {"bytes that never occur", "\xC0\xC1\xF5\xFE\xFF", 5, ""},
      {"two bytes, cut", "\xC3", 1, ""},
      {"two bytes, broken", "\xC3(", 1, "("},
      {"three bytes, cut after one", "\xE2", 1, ""},
      {"three bytes, cut after two", "\xE2\x82", 2, ""},
      {"three bytes, broken", "\xE2\x82z", 2, "z"},
      {"four bytes, cut after three", "\xF0\x9F\x98", 3, ""},
      {"overlong in two", "\xC0\xAF", 2, ""},
      {"overlong in three", "\xE0\x80\xAF", 3, ""},
      {"overlong in four", "\xF0\x80\x80\xAF", 4, ""},
      {"a surrogate", "\xED\xA0\x80", 3, ""},
      {"above U+10FFFF", "\xF4\x90\x80\x80", 4, ""},
      {"a lead before a quote", "\xE2\"", 1, "\""},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    std::string expected;
    for (size_t i = 0; i < row.replaced; ++i) expected += replacement;
    CHECK(read_back(row.bytes) == expected + row.kept);
    CHECK(read_back(row.bytes + "x") == expected + row.kept + "x");
  }
}

TEST_CASE("commas and colons are the writer's, at every depth (I2)") {
  JsonWriter json;
  json.begin_object().field("a", 1).key("b").begin_array().end_array().key("c").begin_object().end_object();
  json.key("d").begin_array().value("x").begin_object().field("e", true).field("f", "g").end_object().value(2).null();
  json.begin_array().value(false).end_array().end_array().field("h", -3).end_object();
  CHECK(json.text() == R"({"a":1,"b":[],"c":{},"d":["x",{"e":true,"f":"g"},2,null,[false]],"h":-3})");
  CHECK(read_json(json.text()).has_value());
}

TEST_CASE("neither a name nor a value can forge structure (I2)") {
  const std::string forged = R"(x","admin":true,"y":{")";
  JsonWriter json;
  json.begin_object().any_key(forged).value(forged).field("z", "\",").end_object();
  const Json read = test::json_of(json.str());
  CHECK(read.names == std::vector<std::string>{forged, "z"});
  CHECK(read.at(forged).text == forged);
}

TEST_CASE("a number that JSON has no word for is null (I3)") {
  JsonWriter json;
  json.begin_array().value(std::numeric_limits<double>::infinity()).value(-std::numeric_limits<double>::infinity());
  json.value(std::numeric_limits<double>::quiet_NaN()).value(0.5).end_array();
  CHECK(json.text() == "[null,null,null,0.5]");
}

TEST_CASE("numbers are written whole") {
  struct Row {
    double number;
    std::string text;
  };
  for (const Row& row :
       std::vector<Row>{{0.0, "0"}, {-0.0, "-0"}, {1.25, "1.25"}, {1e300, "1e+300"}, {5e-324, "5e-324"}}) {
    JsonWriter json;
    json.value(row.number);
    CHECK(json.text() == row.text);
    CHECK(read_json(json.text()).has_value());
  }
  JsonWriter json;
  json.begin_array().value(std::numeric_limits<uint64_t>::max()).value(std::numeric_limits<int64_t>::min()).end_array();
  CHECK(json.text() == "[18446744073709551615,-9223372036854775808]");
}

TEST_CASE("a name that stands in the program needs no escape, or it does not compile (I1)") {
  static_assert(is_plain_in_json("latency_ms ~/'"));
  static_assert(!is_plain_in_json("a\"b"));
  static_assert(!is_plain_in_json("a\\"));
  static_assert(!is_plain_in_json("\n"));
  static_assert(!is_plain_in_json("\x7F"));
  static_assert(!is_plain_in_json("\xC3\xA9"));
  CHECK(JsonName("latency_ms").text() == "latency_ms");
}

TEST_CASE("a duration is milliseconds with three decimals") {
  using std::chrono::microseconds;
  struct Row {
    Duration time;
    std::string text;
  };
  for (const Row& row : std::vector<Row>{{Duration::zero(), "0.000"},
                                         {Duration(999), "0.000"},
                                         {microseconds(1), "0.001"},
                                         {microseconds(1500), "1.500"},
                                         {microseconds(12'345'067), "12345.067"},
                                         {microseconds(-1050), "-1.050"},
                                         {Duration::max(), "9223372036854.775"},
                                         {Duration::min(), "-9223372036854.775"}}) {
    JsonWriter json;
    json.value(row.time);
    CHECK(json.text() == row.text);
    CHECK(read_json(json.text()).has_value());
  }
}

TEST_CASE("a time of day is written as RFC 3339 has it") {
  JsonWriter json;
  json.value(WallTime(std::chrono::milliseconds(1'709'251'199'123)));
  CHECK(json.text() == "\"2024-02-29T23:59:59.123Z\"");
}

}  // namespace
}  // namespace glassgate
