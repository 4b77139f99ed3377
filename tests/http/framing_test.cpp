#include "http/framing.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/head_parser.h"

namespace glassgate::http {
namespace {

using Kind = BodyFraming::Kind;

struct Row {
  std::string fields;
  FramingError error;
  Kind kind = Kind::none;
  uint64_t length = 0;
};

void parse(RequestHead& head, const std::string& start_line, const std::string& fields) {
  head.bytes = start_line + fields + "\r\n";
  REQUIRE(parse_request_head({}, head) == HeadError::none);
}

void check_requests(const std::string& start_line, const std::vector<Row>& table) {
  for (const Row& row : table) {
    CAPTURE(start_line);
    CAPTURE(row.fields);
    RequestHead head;
    parse(head, start_line, row.fields);
    BodyFraming framing{Kind::until_close, 77};  // nothing of what was there may stay
    CHECK(request_framing(head, framing) == row.error);
    if (row.error != FramingError::none) continue;
    CHECK(framing.kind == row.kind);
    CHECK(framing.length == row.length);
  }
}

const std::vector<Row> good{
    {"", FramingError::none},
    {"Content-Length: 0\r\n", FramingError::none},
    {"Content-Length: 1\r\n", FramingError::none, Kind::length, 1},
    {"content-length:42\r\n", FramingError::none, Kind::length, 42},
    {"Content-Length: \t 42\t \r\n", FramingError::none, Kind::length, 42},
    {"Content-Length: 007\r\n", FramingError::none, Kind::length, 7},  // 1*DIGIT: leading zeros have one reading
    {"Content-Length: 9223372036854775807\r\n", FramingError::none, Kind::length, 9223372036854775807U},
    {"X-Content-Length: 5\r\nContent-Length2: 5\r\n", FramingError::none},
};

const std::vector<Row> good_in_http11{
    {"Transfer-Encoding: chunked\r\n", FramingError::none, Kind::chunked},
    {"transfer-encoding:CHUNKED\r\n", FramingError::none, Kind::chunked},
    {"Transfer-Encoding:\tchunked \t\r\n", FramingError::none, Kind::chunked},
};

TEST_CASE("a body's length is known from one field, whatever the method is") {
  for (const std::string method : {"GET", "HEAD", "DELETE", "OPTIONS", "TRACE", "POST", "PURGE"}) {
    check_requests(method + " / HTTP/1.1\r\n", good);
    check_requests(method + " / HTTP/1.1\r\n", good_in_http11);
    check_requests(method + " / HTTP/1.0\r\n", good);
  }
  check_requests("POST / HTTP/1.2\r\n", good_in_http11);
}

TEST_CASE("Content-Length that is not one line of digits within 63 bits is refused (I2)") {
  std::vector<Row> table;
  for (const std::string value : {"",
                                  "+5",
                                  "-5",
                                  "-0",
                                  "0x5",
                                  "5h",
                                  "5 5",
                                  "5,5",
                                  "5, 5",
                                  "5, 6",
                                  ",5",
                                  "5,",
                                  "5;",
                                  "5.0",
                                  "5e1",
                                  "\"5\"",
                                  "five",
                                  "٥",
                                  "5\t5",
                                  "9223372036854775808",
                                  "18446744073709551615",
                                  "18446744073709551616",
                                  "18446744073709551621",
                                  "99999999999999999999999999999999999999",
                                  "0b1",
                                  "0o5",
                                  "1_000",
                                  "1'000",
                                  "=5",
                                  "5 ;",
                                  "\xc2\xa0"
                                  "5"}) {
    table.push_back({"Content-Length: " + value + "\r\n", FramingError::bad_length});
  }
  table.push_back({"Content-Length: 5\r\nContent-Length: 5\r\n", FramingError::bad_length});
  table.push_back({"Content-Length: 5\r\nA: b\r\ncontent-length: 6\r\n", FramingError::bad_length});
  table.push_back({"Content-Length: 0\r\nContent-Length: 0\r\n", FramingError::bad_length});
  table.push_back({"Content-Length: \r\nContent-Length: 5\r\n", FramingError::bad_length});
  check_requests("POST / HTTP/1.1\r\n", table);
  check_requests("GET / HTTP/1.0\r\n", table);
}

TEST_CASE("Content-Length and Transfer-Encoding together are refused, whatever they say (I1)") {
  const std::vector<Row> table{
      {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", FramingError::length_and_coding},
      {"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", FramingError::length_and_coding},
      {"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", FramingError::length_and_coding},
      {"Transfer-Encoding: identity\r\nContent-Length: 5\r\n", FramingError::length_and_coding},
      {"Transfer-Encoding: \r\nContent-Length: 5\r\n", FramingError::length_and_coding},
      {"Transfer-Encoding: gzip\r\nContent-Length: x\r\n", FramingError::length_and_coding},
  };
  check_requests("POST / HTTP/1.1\r\n", table);
  check_requests("POST / HTTP/1.0\r\n", table);
}

TEST_CASE("a Transfer-Encoding that is not exactly chunked is refused (I3)") {
  const auto bad = FramingError::bad_transfer_coding;
  const auto unknown = FramingError::unknown_transfer_coding;
  const std::vector<Row> table{
      {"Transfer-Encoding: \r\n", bad},
      {"Transfer-Encoding: ,\r\n", bad},
      {"Transfer-Encoding: chunked,\r\n", bad},
      {"Transfer-Encoding: ,chunked\r\n", bad},
      {"Transfer-Encoding: chunked, chunked\r\n", bad},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", bad},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: \r\n", bad},
      {"Transfer-Encoding: gzip\r\n", bad},  // known, but a request must end in chunked: RFC 9112 section 6.3
      {"Transfer-Encoding: chunked, gzip\r\n", bad},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: gzip\r\n", bad},
      {"Transfer-Encoding: gzip, chunked\r\n", unknown},
      {"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", unknown},
      {"Transfer-Encoding: xchunked\r\n", unknown},
      {"Transfer-Encoding: chunkedx\r\n", unknown},
      {"Transfer-Encoding: chunked chunked\r\n", unknown},
      {"Transfer-Encoding: chunked;q=1\r\n", unknown},
      {"Transfer-Encoding: \"chunked\"\r\n", unknown},
      {"Transfer-Encoding: 'chunked'\r\n", unknown},
      {"Transfer-Encoding: identity\r\n", unknown},
      {"Transfer-Encoding: chunked, identity\r\n", unknown},
      {"Transfer-Encoding: identity, chunked\r\n", unknown},
      {"Transfer-Encoding: x\r\nTransfer-Encoding: chunked\r\n", unknown},
      {"Transfer-Encoding: chunked\r\nTransfer-encoding: x\r\n", unknown},
      {"Transfer-Encoding: br, chunked\r\n", unknown},
  };
  check_requests("POST / HTTP/1.1\r\n", table);
  check_requests("GET / HTTP/1.1\r\n", table);
}

TEST_CASE("Transfer-Encoding in HTTP/1.0 is refused (I3)") {
  check_requests("POST / HTTP/1.0\r\n", {{"Transfer-Encoding: chunked\r\n", FramingError::coding_in_http10},
                                         {"Transfer-Encoding: x\r\n", FramingError::coding_in_http10}});
}

struct AnswerRow {
  int status;
  std::string method;
  std::string fields;
  FramingError error;
  Kind kind = Kind::none;
  uint64_t length = 0;
};

void check_answers(const std::vector<AnswerRow>& table) {
  for (const AnswerRow& row : table) {
    CAPTURE(row.status);
    CAPTURE(row.method);
    CAPTURE(row.fields);
    ResponseHead head;
    head.bytes = "HTTP/1.1 " + std::to_string(row.status) + " x\r\n" + row.fields + "\r\n";
    REQUIRE(parse_response_head({}, head) == HeadError::none);
    BodyFraming framing{Kind::length, 77};
    CHECK(response_framing(head, row.method, framing) == row.error);
    if (row.error != FramingError::none) continue;
    CHECK(framing.kind == row.kind);
    CHECK(framing.length == row.length);
  }
}

TEST_CASE("an answer ends by its length, its chunks, or with the connection") {
  check_answers({
      {200, "GET", "", FramingError::none, Kind::until_close},
      {200, "POST", "Content-Length: 5\r\n", FramingError::none, Kind::length, 5},
      {200, "GET", "Content-Length: 0\r\n", FramingError::none, Kind::none},
      {404, "GET", "Transfer-Encoding: chunked\r\n", FramingError::none, Kind::chunked},
      {205, "GET", "", FramingError::none, Kind::until_close},
      {200, "head", "Content-Length: 5\r\n", FramingError::none, Kind::length, 5},  // methods have their case
  });
}

TEST_CASE("an answer to HEAD, and a 1xx, 204 or 304, has no body (I4)") {
  for (const std::string fields : {"", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
    check_answers({
        {200, "HEAD", fields, FramingError::none},
        {404, "HEAD", fields, FramingError::none},
        {100, "POST", fields, FramingError::none},
        {103, "GET", fields, FramingError::none},
        {204, "GET", fields, FramingError::none},
        {304, "GET", fields, FramingError::none},
    });
  }
}

TEST_CASE("an ambiguous answer is refused as a request would be (I1) (I2) (I3)") {
  for (const std::string method : {"GET", "HEAD"}) {
    for (const int status : {200, 204, 304}) {
      check_answers({
          {status, method, "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", FramingError::length_and_coding},
          {status, method, "Content-Length: 5\r\nContent-Length: 6\r\n", FramingError::bad_length},
          {status, method, "Content-Length: +5\r\n", FramingError::bad_length},
          {status, method, "Transfer-Encoding: chunked, chunked\r\n", FramingError::bad_transfer_coding},
          {status, method, "Transfer-Encoding: gzip, chunked\r\n", FramingError::unknown_transfer_coding},
      });
    }
  }
  ResponseHead head;
  head.bytes = "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  REQUIRE(parse_response_head({}, head) == HeadError::none);
  BodyFraming framing;
  CHECK(response_framing(head, "GET", framing) == FramingError::coding_in_http10);
}

TEST_CASE("every framing error has a sentence of its own") {
  std::vector<std::string_view> seen;
  for (int error = 0; error <= static_cast<int>(FramingError::coding_in_http10); ++error) {
    const std::string_view text = describe(static_cast<FramingError>(error));
    CHECK(text != "unknown");
    for (const std::string_view other : seen) CHECK(text != other);
    seen.push_back(text);
  }
}

}  // namespace
}  // namespace glassgate::http
