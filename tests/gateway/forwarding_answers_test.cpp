// The heads that go to the client, byte by byte.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/forwarding.h"
#include "http/head_parser.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using http::BodyFraming;
using test::TestExchange;

const std::string request_11 = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string request_10 = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
const std::string date_now = "Date: Thu, 29 Feb 2024 13:00:00 GMT\r\n";

void parse(std::string_view bytes, http::ResponseHead& out) {
  out.bytes = bytes;
  REQUIRE(http::parse_response_head({}, out) == http::HeadError::none);
}

// The head that a backend's head becomes for a client whose connection goes on; the trace id is "T".
std::string sent_down(const std::string& answer, BodyFraming::Kind framing, const std::string& request = request_11,
                      bool keep_alive = true) {
  TestExchange exchange(request);
  exchange.x.trace_id = "T";
  exchange.x.keep_alive = keep_alive;
  http::ResponseHead head;
  parse(answer, head);
  return std::string(response_head_for(exchange.x, head, http::ConnectionOptions(head.fields), framing));
}

TEST_CASE("an answer's fields keep their order, spelling, duplicates and bytes") {
  CHECK(
      sent_down("HTTP/1.1 200 Fine \x80 so far\r\nset-cookie: a=1\r\nX-B: \xFF\tb\r\nSet-Cookie: b=2\r\nDATE: never\r\n"
                "SERVER: s\r\nContent-Length: 3\r\nset-cookie: a=1\r\n\r\n",
                BodyFraming::Kind::length) ==
      "HTTP/1.1 200 Fine \x80 so far\r\nset-cookie: a=1\r\nX-B: \xFF\tb\r\nSet-Cookie: b=2\r\nDATE: never\r\nSERVER: "
      "s\r\n"
      "Content-Length: 3\r\nset-cookie: a=1\r\nX-Request-ID: T\r\n\r\n");
}

TEST_CASE("a version and a reason that are not ours become ours") {
  CHECK(sent_down("HTTP/1.0 404\r\nDate: d\r\nContent-Length: 0\r\n\r\n", BodyFraming::Kind::length) ==
        "HTTP/1.1 404 \r\nDate: d\r\nContent-Length: 0\r\nX-Request-ID: T\r\n\r\n");
}

TEST_CASE("Date is added where it is missing") {
  CHECK(sent_down("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", BodyFraming::Kind::length) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + date_now + "X-Request-ID: T\r\n\r\n");
  CHECK(sent_down("HTTP/1.1 200 OK\r\nConnection: date\r\nDate: d\r\nContent-Length: 0\r\n\r\n",
                  BodyFraming::Kind::length) ==
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n" + date_now + "X-Request-ID: T\r\n\r\n");
}

TEST_CASE("a backend's hop-by-hop fields, what its Connection names, and its X-Request-ID stay behind") {
  CHECK(sent_down(
            "HTTP/1.1 200 OK\r\nDate: d\r\nConnection: keep-alive, X-Mine, content-length\r\nKeep-Alive: timeout=5\r\n"
            "Proxy-Connection: x\r\nProxy-Authenticate: x\r\nProxy-Authorization: x\r\nTE: x\r\nTrailer: x\r\n"
            "Upgrade: h2c\r\nHTTP2-Settings: x\r\nx-mine: 1\r\nX-Request-ID: theirs\r\nx-request-id: again\r\n"
            "Content-Length: 5\r\n\r\n",
            BodyFraming::Kind::length) == "HTTP/1.1 200 OK\r\nDate: d\r\nContent-Length: 5\r\nX-Request-ID: T\r\n\r\n");
}

TEST_CASE("every head has exactly one framing, which is that of the client's connection (I1)") {
  struct Row {
    std::string what;
    std::string answer;
    BodyFraming::Kind framing;
    std::string request;
    bool keep_alive;
    std::string sent;  // behind the Date
  };
  const std::string id = "X-Request-ID: T\r\n";
  const std::string start = "HTTP/1.1 200 OK\r\nDate: d\r\n";
  const std::vector<Row> rows{
      {"a length", start + "Content-Length: 7\r\n\r\n", BodyFraming::Kind::length, request_11, true,
       "Content-Length: 7\r\n" + id},
      {"chunks", start + "Transfer-Encoding: chunked\r\n\r\n", BodyFraming::Kind::chunked, request_11, true,
       id + "Transfer-Encoding: chunked\r\n"},
      {"an end becomes chunks", start + "\r\n", BodyFraming::Kind::chunked, request_11, true,
       id + "Transfer-Encoding: chunked\r\n"},
      {"chunks become an end", start + "Transfer-Encoding: chunked\r\n\r\n", BodyFraming::Kind::until_close, request_10,
       false, id + "Connection: close\r\n"},
      {"HTTP/1.0 is told that its connection goes on", start + "Content-Length: 7\r\n\r\n", BodyFraming::Kind::length,
       request_10, true, "Content-Length: 7\r\n" + id + "Connection: keep-alive\r\n"},
      {"the last answer of a connection", start + "Content-Length: 7\r\n\r\n", BodyFraming::Kind::length, request_11,
       false, "Content-Length: 7\r\n" + id + "Connection: close\r\n"},
      {"the length of what HEAD does not get", start + "Content-Length: 7\r\n\r\n", BodyFraming::Kind::none,
       "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", true, "Content-Length: 7\r\n" + id},
      {"the chunks of what HEAD does not get", start + "Transfer-Encoding: chunked\r\n\r\n", BodyFraming::Kind::none,
       "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", true, id},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    CHECK(sent_down(row.answer, row.framing, row.request, row.keep_alive) == start + row.sent + "\r\n");
  }
}

TEST_CASE("204 has no length, and 304 keeps that of what it stands for (I1)") {
  CHECK(sent_down("HTTP/1.1 204 No Content\r\nDate: d\r\nContent-Length: 0\r\n\r\n", BodyFraming::Kind::none) ==
        "HTTP/1.1 204 No Content\r\nDate: d\r\nX-Request-ID: T\r\n\r\n");
  CHECK(sent_down("HTTP/1.1 304 Not Modified\r\nDate: d\r\nContent-Length: 5\r\nETag: \"x\"\r\n\r\n",
                  BodyFraming::Kind::none) ==
        "HTTP/1.1 304 Not Modified\r\nDate: d\r\nContent-Length: 5\r\nETag: \"x\"\r\nX-Request-ID: T\r\n\r\n");
}

TEST_CASE("an interim answer passes without anything that would frame or end it") {
  http::ResponseHead answer;
  parse(
      "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"
      "Connection: close, X-Mine\r\nX-Mine: 1\r\nX-Request-ID: theirs\r\nlink: </b>\r\n\r\n",
      answer);
  CHECK(interim_head_for(answer) == "HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nlink: </b>\r\n\r\n");
}

TEST_CASE("101 has its Upgrade back, and Connection says so") {
  TestExchange exchange(request_11);
  exchange.x.trace_id = "T";
  http::ResponseHead answer;
  parse(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade, X-Mine\r\nX-Mine: 1\r\n"
      "Sec-WebSocket-Accept: abc=\r\nContent-Length: 3\r\n\r\n",
      answer);
  CHECK(upgrade_head_for(exchange.x, answer) ==
        "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: abc=\r\nX-Request-ID: T\r\nConnection: Upgrade\r\n"
        "Upgrade: WebSocket\r\n\r\n");
}

TEST_CASE("426 says what the client should speak instead, but for h2c") {
  const std::string wanted = "HTTP/1.1 426 Speak up\r\nDate: d\r\nConnection: Upgrade\r\nUpgrade: ";
  const std::string sent = "HTTP/1.1 426 Speak up\r\nDate: d\r\n";
  CHECK(sent_down(wanted + "foo/2, h2c\r\n\r\n", BodyFraming::Kind::none) ==
        sent + "Upgrade: foo/2\r\nConnection: Upgrade\r\nX-Request-ID: T\r\n\r\n");
  CHECK(sent_down(wanted + "h2c\r\n\r\n", BodyFraming::Kind::none) == sent + "X-Request-ID: T\r\n\r\n");
  CHECK(sent_down(wanted + "foo/2\r\n\r\n", BodyFraming::Kind::none, request_10) ==
        sent + "X-Request-ID: T\r\nConnection: keep-alive\r\n\r\n");
}

// Whatever a peer may send in a value, a head that was written can be read again and has as many fields as are due.
TEST_CASE("no byte that a value may hold ends the field (I2)") {
  for (int byte = 0; byte < 256; ++byte) {
    const std::string value = "a" + std::string(1, static_cast<char>(byte)) + "b";
    CAPTURE(byte);
    http::ResponseHead answer;
    answer.bytes = "HTTP/1.1 200 " + value + "\r\nDate: d\r\nX-A: " + value + "\r\nContent-Length: 0\r\n\r\n";
    if (http::parse_response_head({}, answer) != http::HeadError::none) continue;
    TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\nX-A: " + value + "\r\n\r\n");
    REQUIRE(exchange.x.error == Error::none);
    exchange.x.trace_id = "T";
    http::ResponseHead down;
    parse(response_head_for(exchange.x, answer, http::ConnectionOptions(answer.fields), BodyFraming::Kind::length),
          down);
    CHECK(down.fields.size() == 4);
    CHECK(down.fields.find("X-A")->value == value);
    http::RequestHead up;
    up.bytes = request_head_for(exchange.x, exchange.route());
    REQUIRE(http::parse_request_head({}, up) == http::HeadError::none);
    CHECK(up.fields.size() == 8);
    CHECK(up.fields.find("X-A")->value == value);
  }
}

}  // namespace
}  // namespace glassgate
