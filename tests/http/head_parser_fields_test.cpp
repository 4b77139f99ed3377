// Field lines, trailer sections, and the heads of answers.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/head_parser.h"

namespace glassgate::http {
namespace {

using namespace std::string_literals;

struct FieldRow {
  std::string line;
  std::string name;
  std::string value;
};

TEST_CASE("a field line is a name, a colon and a value without the blanks around it (I2)") {
  const std::vector<FieldRow> table{
      {"Host: a", "Host", "a"},
      {"Host:a", "Host", "a"},
      {"Host:\t a \t", "Host", "a"},
      {"Host:", "Host", ""},
      {"Host:   ", "Host", ""},
      {"hOsT: A", "hOsT", "A"},
      {"a: b: c", "a", "b: c"},
      {"a::b", "a", ":b"},
      {"!#$%&'*+-.^_`|~1: v", "!#$%&'*+-.^_`|~1", "v"},
      {"a: \"quoted, \\\" text\"", "a", "\"quoted, \\\" text\""},
      {"a: in  side\tblanks", "a", "in  side\tblanks"},
      {"a: \xc3\xa9\xff\x80", "a", "\xc3\xa9\xff\x80"},
  };
  for (const FieldRow& row : table) {
    CAPTURE(row.line);
    const std::string section = row.line + "\r\n\r\n";
    Fields fields;
    REQUIRE(parse_fields(section, 10, fields) == HeadError::none);
    REQUIRE(fields.size() == 1);
    CHECK(fields.begin()->name == row.name);
    CHECK(fields.begin()->value == row.value);
  }
}

struct BadRow {
  std::string section;
  HeadError error;
};

const std::vector<BadRow> bad_sections{
    {"Host : a\r\n\r\n", HeadError::field_line},
    {"Host\t: a\r\n\r\n", HeadError::field_line},
    {": a\r\n\r\n", HeadError::field_line},
    {":\r\n\r\n", HeadError::field_line},
    {"no colon\r\n\r\n", HeadError::field_line},
    {"Host\r\n\r\n", HeadError::field_line},
    {"Ho st: a\r\n\r\n", HeadError::field_line},
    {"Ho(st: a\r\n\r\n", HeadError::field_line},
    {"Hóst: a\r\n\r\n", HeadError::field_line},
    {"\"Host\": a\r\n\r\n", HeadError::field_line},
    {"a: b\r\n c\r\n\r\n", HeadError::obs_fold},
    {"a: b\r\n\tc\r\n\r\n", HeadError::obs_fold},
    {"a: b\r\n \r\n\r\n", HeadError::obs_fold},
    {" Host: a\r\n\r\n", HeadError::obs_fold},  // white space before the first field: RFC 9112 section 2.2
    {"a: b\rc\r\n\r\n", HeadError::line_ending},
    {"a: b\r\r\n\r\n", HeadError::line_ending},
    {"a: b\nc: d\r\n\r\n", HeadError::line_ending},
    {"a: b\n\r\n", HeadError::line_ending},
    {"a: b\0c\r\n\r\n"s, HeadError::line_ending},
    {"a\0: b\r\n\r\n"s, HeadError::line_ending},
    {"a: b\x01\r\n\r\n", HeadError::field_line},
    {"a: b\x0b"
     "c\r\n\r\n",
     HeadError::field_line},
    {"a: \x0b"
     "c\r\n\r\n",
     HeadError::field_line},  // a vertical tab is no white space that may be trimmed
    {"a: c\x0c\r\n\r\n", HeadError::field_line},
    {"a: b\x7f\r\n\r\n", HeadError::field_line},
    {"a: b\r\n", HeadError::line_ending},
    {"a: b", HeadError::line_ending},
    {"\r", HeadError::line_ending},
    {"", HeadError::line_ending},
    {"a: b\r\n\r\nc: d\r\n\r\n", HeadError::field_line},  // something behind the end
};

TEST_CASE("whatever is no field line is refused, by its reason (I1) (I2)") {
  for (const BadRow& row : bad_sections) {
    CAPTURE(row.section);
    Fields fields;
    CHECK(parse_fields(row.section, 10, fields) == row.error);
    RequestHead head;
    head.bytes = "GET / HTTP/1.1\r\n" + row.section;
    CHECK(parse_request_head({}, head) == row.error);
  }
}

TEST_CASE("a section that is cut anywhere is never taken for a whole one (I5)") {
  const std::string whole = "a: b\r\nEtag: \"x\"\r\n\r\n";
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    CAPTURE(cut);
    Fields fields;
    CHECK(parse_fields(std::string_view(whole).substr(0, cut), 10, fields) != HeadError::none);
  }
  Fields fields;
  CHECK(parse_fields(whole, 2, fields) == HeadError::none);
  CHECK(parse_fields(whole, 1, fields) == HeadError::too_many_fields);  // (I4)
  CHECK(parse_fields("\r\n", 0, fields) == HeadError::none);
  CHECK(fields.size() == 0);
}

TEST_CASE("for every byte: a value holds it unchanged or is refused, a name is a token (I1) (I2)") {
  for (int value = 0; value < 256; ++value) {
    CAPTURE(value);
    const auto c = static_cast<char>(value);
    const bool text = value == '\t' || (value >= 0x20 && value != 0x7F);
    const std::string section = "a: x"s + c + "y\r\n\r\n";
    Fields fields;
    CHECK((parse_fields(section, 10, fields) == HeadError::none) == text);
    if (text) CHECK(fields.begin()->value == "x"s + c + "y");

    const std::string named = "a"s + c + "b: x\r\n\r\n";
    const HeadError error = parse_fields(named, 10, fields);
    if (c == ':') {
      CHECK(fields.begin()->name == "a");
      CHECK(fields.begin()->value == "b: x");
    } else {
      CHECK((error == HeadError::none) == is_token(std::string(1, c)));
    }
  }
}

TEST_CASE("order, spelling and duplicates of fields are kept") {
  RequestHead head;
  head.bytes = "GET / HTTP/1.1\r\nb: 1\r\nA: 2\r\nB: 3\r\n\r\n";
  REQUIRE(parse_request_head({}, head) == HeadError::none);
  std::string all;
  for (const Field& field : head.fields) all.append(field.name).append("=").append(field.value).append(";");
  CHECK(all == "b=1;A=2;B=3;");
}

struct StatusRow {
  std::string line;
  HeadError error;
  int status = 0;
  std::string reason = "";
};

TEST_CASE("a status line has a version, three digits and perhaps a reason (I3)") {
  const std::vector<StatusRow> table{
      {"HTTP/1.1 200 OK", HeadError::none, 200, "OK"},
      {"HTTP/1.0 404 Not Found", HeadError::none, 404, "Not Found"},
      {"HTTP/1.1 200 ", HeadError::none, 200, ""},
      {"HTTP/1.1 200", HeadError::none, 200, ""},
      {"HTTP/1.1 599 x\ty \xe9", HeadError::none, 599, "x\ty \xe9"},
      {"HTTP/1.1 100 Continue", HeadError::none, 100, "Continue"},
      {"HTTP/2.0 200 OK", HeadError::version},
      {"HTTP/0.9 200 OK", HeadError::version},
      {"HTTP/1.1  200 OK", HeadError::start_line},
      {"HTTP/1.1 20 OK", HeadError::start_line},
      {"HTTP/1.1 2000 OK", HeadError::start_line},
      {"HTTP/1.1 200OK", HeadError::start_line},
      {"HTTP/1.1 +20 OK", HeadError::start_line},
      {"HTTP/1.1 2x0 OK", HeadError::start_line},
      {"HTTP/1.1 099 OK", HeadError::start_line},
      {"HTTP/1.1 600 OK", HeadError::start_line},
      {"HTTP/1.1 000 OK", HeadError::start_line},
      {"HTTP/1.1\t200 OK", HeadError::start_line},
      {"http/1.1 200 OK", HeadError::start_line},
      {"ICY 200 OK", HeadError::start_line},
      {" HTTP/1.1 200 OK", HeadError::start_line},
      {"HTTP/1.1 200 O\x01K", HeadError::start_line},
      {"HTTP/1.1", HeadError::start_line},
      {"", HeadError::start_line},
      {"HTTP/1.1 200 O\rK", HeadError::line_ending},
      {"HTTP/1.1 200 O\0K"s, HeadError::line_ending},
  };
  for (const StatusRow& row : table) {
    CAPTURE(row.line);
    ResponseHead head;
    head.bytes = row.line + "\r\nA: b\r\n\r\n";
    CHECK(parse_response_head({}, head) == row.error);
    if (row.error != HeadError::none) continue;
    CHECK(head.status == row.status);
    CHECK(head.reason == row.reason);
    CHECK(head.fields.size() == 1);
  }
}

TEST_CASE("the limits and the field lines of an answer are those of a request (I1) (I2) (I4)") {
  ResponseHead head;
  head.bytes = "HTTP/1.1 200 OK\r\nA: b\r\nC: d\r\n\r\n";
  CHECK(parse_response_head({head.bytes.size(), 2}, head) == HeadError::none);
  CHECK(parse_response_head({head.bytes.size() - 1, 2}, head) == HeadError::head_large);
  CHECK(parse_response_head({head.bytes.size(), 1}, head) == HeadError::too_many_fields);
  for (const BadRow& row : bad_sections) {
    CAPTURE(row.section);
    head.bytes = "HTTP/1.1 200 OK\r\n" + row.section;
    CHECK(parse_response_head({}, head) == row.error);
  }
}

}  // namespace
}  // namespace glassgate::http
