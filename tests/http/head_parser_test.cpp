// Request heads: the scanner, the request line, the version, the limits. Field lines: head_parser_fields_test.cpp.
#include "http/head_parser.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

namespace glassgate::http {
namespace {

using State = HeadScanner::State;
using namespace std::string_literals;

struct ScanRow {
  std::string bytes;
  State state;
  size_t size;  // of the head, when it is complete
};

const std::vector<ScanRow> scan_table{
    {"GET / HTTP/1.1\r\n\r\n", State::complete, 18},
    {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", State::complete, 27},
    {"GET / HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", State::complete, 18},  // the first one alone
    {"GET / HTTP/1.1\r\n\r\n\n", State::complete, 18},                       // what follows is not looked at
    {"\r\n", State::complete, 2},
    {"", State::need_more, 0},
    {"G", State::need_more, 0},
    {"\r", State::need_more, 0},
    {"GET / HTTP/1.1\r", State::need_more, 0},
    {"GET / HTTP/1.1\r\n", State::need_more, 0},
    {"GET / HTTP/1.1\r\n\r", State::need_more, 0},
    {"GET / HTTP/1.1\r\nHost: a", State::need_more, 0},
    {"\n", State::bad, 0},
    {"GET / HTTP/1.1\n\n", State::bad, 0},
    {"GET / HTTP/1.1\r\n\n", State::bad, 0},
    {"GET / HTTP/1.1\n\r\n", State::bad, 0},
    {"GET / HTTP/1.1\r\nHost: a\n\r\n", State::bad, 0},
    {"GET / HTTP/1.1\r\n\r\r\n", State::need_more, 0},  // a line that holds a CR: the parser's to refuse
};

TEST_CASE("a head ends at its first empty line, and an LF without its CR is bad at once (I1)") {
  for (const ScanRow& row : scan_table) {
    CAPTURE(row.bytes);
    HeadScanner scanner;
    CHECK(scanner.scan(row.bytes) == row.state);
    if (row.state == State::complete) CHECK(scanner.size() == row.size);
  }
}

TEST_CASE("the end of a head is found in the same place however its bytes are cut (I5)") {
  for (const ScanRow& row : scan_table) {
    CAPTURE(row.bytes);
    HeadScanner one_by_one;
    State state = one_by_one.scan({});
    for (size_t n = 1; n <= row.bytes.size() && state == State::need_more; ++n) {
      state = one_by_one.scan(std::string_view(row.bytes).substr(0, n));
    }
    CHECK(state == row.state);
    if (row.state == State::complete) CHECK(one_by_one.size() == row.size);

    for (size_t cut = 0; cut <= row.bytes.size(); ++cut) {
      CAPTURE(cut);
      HeadScanner scanner;
      State at_cut = scanner.scan(std::string_view(row.bytes).substr(0, cut));
      if (at_cut == State::need_more) at_cut = scanner.scan(row.bytes);
      CHECK(at_cut == row.state);
      if (row.state == State::complete) CHECK(scanner.size() == row.size);
    }
  }
}

TEST_CASE("the scanner knows when the start line is whole") {
  HeadScanner scanner;
  CHECK(scanner.scan("GET / HTTP/1.1\r") == State::need_more);
  CHECK_FALSE(scanner.has_start_line());
  CHECK(scanner.scan("GET / HTTP/1.1\r\nHo") == State::need_more);
  CHECK(scanner.has_start_line());
}

HeadError parse(RequestHead& head, std::string bytes, HeadLimits limits = {}) {
  head.bytes = std::move(bytes);
  return parse_request_head(limits, head);
}

HeadError parse_line(const std::string& line) {
  RequestHead head;
  return parse(head, line + "\r\nHost: a\r\n\r\n");
}

struct LineRow {
  std::string line;
  std::string method;
  std::string target;
  int minor;
};

TEST_CASE("any token is a method, any visible characters are a target (I3)") {
  const std::vector<LineRow> table{
      {"GET / HTTP/1.1", "GET", "/", 1},
      {"get / HTTP/1.1", "get", "/", 1},
      {"PROPFIND /dav HTTP/1.1", "PROPFIND", "/dav", 1},
      {"QUERY /a?b=c HTTP/1.0", "QUERY", "/a?b=c", 0},
      {"!#$%&'*+-.^_`|~ /x HTTP/1.1", "!#$%&'*+-.^_`|~", "/x", 1},
      {"0 /x HTTP/1.1", "0", "/x", 1},
      {"OPTIONS * HTTP/1.1", "OPTIONS", "*", 1},
      {"GET http://a.example:81/x?y#z HTTP/1.1", "GET", "http://a.example:81/x?y#z", 1},
      {"CONNECT a.example:443 HTTP/1.1", "CONNECT", "a.example:443", 1},
      {"GET /\"<>[]\\^`{|}%zz HTTP/1.1", "GET", "/\"<>[]\\^`{|}%zz", 1},
      {"GET / HTTP/1.2", "GET", "/", 2},
      {"GET / HTTP/1.9", "GET", "/", 9},
  };
  for (const LineRow& row : table) {
    CAPTURE(row.line);
    RequestHead head;
    REQUIRE(parse(head, row.line + "\r\nHost: a\r\n\r\n") == HeadError::none);
    CHECK(head.method == row.method);
    CHECK(head.target == row.target);
    CHECK(head.version.major == 1);
    CHECK(head.version.minor == row.minor);
    CHECK(head.fields.size() == 1);
  }
}

TEST_CASE("a request line that is not token SP target SP version is refused (I3)") {
  const std::vector<std::string> table{
      "",
      "GET",
      "GET /",
      "GET  HTTP/1.1",
      " GET / HTTP/1.1",
      "GET / HTTP/1.1 ",
      "GET  / HTTP/1.1",
      "GET /  HTTP/1.1",
      "GET\t/ HTTP/1.1",
      "GET /\tHTTP/1.1",
      "GET / x HTTP/1.1",
      "/ GET HTTP/1.1",
      "G(T / HTTP/1.1",
      "G\"T / HTTP/1.1",
      "GET: / HTTP/1.1",
      "GET@ / HTTP/1.1",
      "GÉT / HTTP/1.1",
      "GET /\x7f HTTP/1.1",
      "GET /\xc3\xa9 HTTP/1.1",
      "GET /\x01 HTTP/1.1",
      "GET / http/1.1",
      "GET / HTTP/1",
      "GET / HTTP/1.",
      "GET / HTTP/.1",
      "GET / HTTP/1.10",
      "GET / HTTP/01.1",
      "GET / HTTP/1,1",
      "GET / HTTP 1.1",
      "GET / HTTP/1.x",
      "GET / HTTP/x.1",
      "GET / HTTP/-1.1",
      "GET / HTTPS/1.1",
      "GET / HTP/1.1",
      "GET / ICY/1.1",
      "GET / HTTP/1.1\x0b",
      "GET /\x0bHTTP/1.1",
      "GET /%0d HTTP/1.1\x0c",
  };
  for (const std::string& line : table) {
    CAPTURE(line);
    CHECK(parse_line(line) == HeadError::start_line);
  }
  CHECK(parse_line("GET /\r HTTP/1.1") == HeadError::line_ending);
  CHECK(parse_line("GET /\0 HTTP/1.1"s) == HeadError::line_ending);
}

TEST_CASE("another major version is told from a line that is no request line") {
  for (const std::string line :
       {"GET / HTTP/0.9", "GET / HTTP/2.0", "PRI * HTTP/2.0", "GET / HTTP/3.1", "GET / HTTP/9.9"}) {
    CAPTURE(line);
    CHECK(parse_line(line) == HeadError::version);
  }
}

TEST_CASE("a method is exactly what the table of token characters says, for every byte (I3)") {
  const std::string special = "!#$%&'*+-.^_`|~";
  for (int value = 0; value < 256; ++value) {
    CAPTURE(value);
    const auto c = static_cast<char>(value);
    const bool alphanumeric = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    const bool token = alphanumeric || (c != '\0' && special.find(c) != std::string::npos);
    CHECK(is_token(std::string(1, c)) == token);
    CHECK((parse_line("G"s + c + "T / HTTP/1.1") == HeadError::none) == token);
    const bool visible = value > 0x20 && value < 0x7F;
    CHECK((parse_line("GET /"s + c + "x HTTP/1.1") == HeadError::none) == visible);
  }
  CHECK_FALSE(is_token(""));
}

TEST_CASE("a value takes tab, blank, visible characters and bytes above ASCII, wherever they stand (I2)") {
  for (size_t size = 1; size <= 20; ++size) {
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string value(size, 'v');
        value[at] = static_cast<char>(byte);
        const bool is_text = byte == '\t' || (byte >= ' ' && byte != 0x7F);
        RequestHead head;
        const bool taken = parse(head, "GET / HTTP/1.1\r\nHost: a\r\nX: -" + value + "-\r\n\r\n") == HeadError::none;
        if (taken != is_text) FAIL("byte " << byte << " at " << at << " of " << size);
      }
    }
  }
}

TEST_CASE("a head may have as many bytes and fields as the limits say, and not one more (I4)") {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nB: b\r\n\r\n";
  RequestHead out;
  CHECK(parse(out, head, {head.size(), 2}) == HeadError::none);
  CHECK(parse(out, head, {head.size() - 1, 2}) == HeadError::head_large);
  CHECK(parse(out, head, {head.size(), 1}) == HeadError::too_many_fields);
  // The field that is one too many is not even looked at.
  CHECK(parse(out, "GET / HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n", {64, 1}) == HeadError::too_many_fields);
}

struct BeginningRow {
  std::string bytes;
  std::string method;
  std::string target;
};

TEST_CASE("what a broken head was about is told only as far as it is certain") {
  const std::vector<BeginningRow> table{
      {"", "", ""},
      {"HEAD", "", ""},
      {"HEAD ", "HEAD", ""},
      {"HEAD /x HTTP/1", "HEAD", ""},
      {"HEAD /x HTTP/1.1\n\n", "HEAD", ""},
      {"HEAD /x HTTP/1.1\r\nHost: a\n", "HEAD", "/x"},
      {"HEAD /x HTTP/1.1\r\nHo", "HEAD", "/x"},
      {"HEAD /x y HTTP/1.1\r\n", "HEAD", ""},
      {"HEAD /x\r\nHost: a\r\n", "HEAD", ""},
      {"HEAD /x\ry HTTP/1.1\r\nHost: a\r\n", "HEAD", ""},
      {std::string("HEAD /\0 HTTP/1.1\r\nHost: a\r\n", 27), "HEAD", ""},
      {"HEAD /x HTTP/2.0\r\n", "HEAD", "/x"},
      {"HE@D /x HTTP/1.1\r\n", "", ""},
      {"HE@D /x HTT", "", ""},
      {" HEAD /x HTT", "", ""},
  };
  for (const BeginningRow& row : table) {
    CAPTURE(row.bytes);
    RequestHead head;
    head.bytes = row.bytes;
    parse_beginning(head);
    CHECK(head.method == row.method);
    CHECK(head.target == row.target);
  }
}

TEST_CASE("every error has a sentence of its own") {
  std::vector<std::string_view> seen;
  for (int error = 0; error <= static_cast<int>(HeadError::too_many_fields); ++error) {
    const std::string_view text = describe(static_cast<HeadError>(error));
    CHECK(text != "unknown");
    for (const std::string_view other : seen) CHECK(text != other);
    seen.push_back(text);
  }
}

}  // namespace
}  // namespace glassgate::http
