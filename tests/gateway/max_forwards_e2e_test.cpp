// Max-Forwards: RFC 9110 section 7.6.2.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

std::string with_max_forwards(const std::string& method, const std::string& value, const std::string& target = "/a") {
  return method + " " + target + " HTTP/1.1\r\nHost: h\r\nX-Request-ID: id\r\nMax-Forwards: " + value + "\r\n\r\n";
}

TEST_CASE("OPTIONS and TRACE arrive with one forward less; for any other method it is left alone") {
  struct Row {
    std::string method;
    std::string sent;
    std::string arrives;
  };
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  size_t n = 0;
  for (const Row& row : std::vector<Row>{{"OPTIONS", "10", "9"},
                                         {"OPTIONS", "1", "0"},
                                         {"TRACE", "2", "1"},
                                         {"GET", "0", "0"},
                                         {"GET", "5", "5"},
                                         {"POST", "0", "0"},
                                         {"DELETE", "not a number", "not a number"},
                                         {"Options", "0", "0"}}) {
    CAPTURE(row.method + " " + row.sent);
    client.send(with_max_forwards(row.method, row.sent));
    REQUIRE(client.read_response().status() == 200);
    CHECK(Response{upstream.request(n++), "", "", true}.field("Max-Forwards") == row.arrives);
  }
}

TEST_CASE("at 0 the gateway answers itself, and nothing reaches the backend") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  for (const std::string target : {"/a", "*", "http://h"}) {
    CAPTURE(target);
    client.send(with_max_forwards("OPTIONS", "0", target));
    const Response answer = client.read_response();
    CHECK(answer.status() == 200);
    CHECK(answer.field("Content-Length") == "0");
    CHECK(answer.field("X-Request-ID") == "id");
  }
  client.send(with_max_forwards("TRACE", "00"));
  CHECK(client.read_response().status() == 200);
  CHECK(upstream.connections() == 0);
  const std::string line = gateway.wait_for_access_lines(4)[3];
  CHECK(json_field(line, "method") == "TRACE");
  CHECK(json_field(line, "status") == "200");
  CHECK(json_field(line, "backend") == "-");
  CHECK(json_field(line, "attempts") == "0");
}

TEST_CASE("TRACE is reflected without what may be secret") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(
      "TRACE /a?b HTTP/1.1\r\nhost: h\r\nCOOKIE: secret\r\nX-A: <script>\r\nAuthorization: secret\r\nMax-Forwards: "
      "0\r\n"
      "X-API-Key: secret\r\nProxy-Authorization: secret\r\nVia: 1.1 front\r\n\r\n");
  const Response answer = client.read_response();
  CHECK(answer.field("Content-Type") == "message/http");
  CHECK(answer.body == "TRACE /a?b HTTP/1.1\r\nhost: h\r\nMax-Forwards: 0\r\nVia: 1.1 front\r\n\r\n");
  CHECK(upstream.connections() == 0);
}

TEST_CASE("what cannot be counted down is refused") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  for (const std::string value :
       {"", "-1", "+1", "1.0", "x", "0x0", "1, 2", "0\r\nMax-Forwards: 1", "99999999999999999999"}) {
    CAPTURE(value);
    CHECK(gateway.exchange(with_max_forwards("OPTIONS", value)).starts_with("HTTP/1.1 400 "));
    CHECK(gateway.exchange(with_max_forwards("TRACE", value)).starts_with("HTTP/1.1 400 "));
  }
  CHECK(upstream.connections() == 0);
}

}  // namespace
}  // namespace glassgate::test
