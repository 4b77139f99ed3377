// What is nobody's business but the two ends' passes as it came, byte for byte.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

// Every byte that a value may hold, in its middle.
std::string all_text_bytes() {
  std::string out = "a";
  for (int byte = 1; byte < 256; ++byte) {
    if (byte == '\t' || (byte >= 0x20 && byte != 0x7F)) out += static_cast<char>(byte);
  }
  return out + "z";
}

const std::vector<std::string> end_to_end{"x-lower: 1",
                                          "X-UPPER: 2",
                                          "sEt-cOOkie: a=1; Path=/",
                                          "Set-Cookie: a=1; Path=/",
                                          "Set-Cookie: b=2",
                                          "X-Twice: b",
                                          "x-twice: a",
                                          "X-Empty: ",
                                          "X-Inner:  two  spaces\tand a tab ",
                                          "!#$%&'*+-.^_`|~09: an odd name",
                                          "Close: no option",
                                          "Keep-Alives: not it",
                                          "Connections: not it",
                                          "X-Upgrade: not it",
                                          "Cache-Control: no-store",
                                          "Content-Type: text/plain; charset=\"x\"",
                                          "ETag: W/\"x\"",
                                          "Range: bytes=0-0",
                                          "Accept-Encoding: gzip",
                                          "Proxy-Status: kept",
                                          "Server: backend",
                                          "Location: http://elsewhere/\xC3\xA9"};

std::string as_sent() {
  std::string out;
  for (const std::string& line : end_to_end) out += line + "\r\n";
  return out + "X-Bytes: " + all_text_bytes() + "\r\n";
}

// Without the white space around values, which is no part of them.
std::string as_received() {
  std::string out = as_sent();
  const auto replace = [&out](const std::string& from, const std::string& to) {
    out.replace(out.find(from), from.size(), to);
  };
  replace("X-Inner:  two  spaces\tand a tab \r\n", "X-Inner: two  spaces\tand a tab\r\n");
  return out;
}

TEST_CASE("a client's fields reach the backend in their order, spelling, number and bytes") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("PROPFIND /%7Ea/../b?c=%00&d HTTP/1.1\r\nhost: H.Example:80\r\n" + as_sent() + "\r\n");
  REQUIRE(client.read_response().status() == 200);
  const std::string request = upstream.request(0);
  CHECK(request.starts_with("PROPFIND /%7Ea/../b?c=%00&d HTTP/1.1\r\nHost: H.Example:80\r\n" + as_received() +
                            "X-Forwarded-For: 127.0.0.1\r\n"));
}

TEST_CASE("a backend's fields reach the client in their order, spelling, number and bytes") {
  ScriptedUpstream upstream(ScriptedUpstream::always("HTTP/1.1 299 Any \xFF Reason\r\n" + as_sent() +
                                                     "date: whenever\r\nContent-Length: 2\r\n\r\nok"));
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Request-ID: id\r\n\r\n");
  CHECK(client.read_until("\r\n\r\nok") == "HTTP/1.1 299 Any \xFF Reason\r\n" + as_received() +
                                               "date: whenever\r\nContent-Length: 2\r\nX-Request-ID: id\r\n\r\nok");
}

TEST_CASE("Date is added where a backend sent none, and kept where it did") {
  ScriptedUpstream without(ScriptedUpstream::always(ok("")));
  ScriptedUpstream with(ScriptedUpstream::always(ok("", "DATE: Sun, 06 Nov 1994 08:49:37 GMT\r\n")));
  const TestGateway gateway("routes:\n  - {path: /without, backends: [\"" + without.address() +
                            "\"]}\n  - {path: /with, backends: [\"" + with.address() + "\"]}\n");
  Peer client = gateway.connect();
  client.send(
      "GET /with HTTP/1.1\r\nHost: h\r\n\r\nGET /without HTTP/1.1\r\nHost: h\r\n\r\nGET /404 HTTP/1.1\r\nHost: "
      "h\r\n\r\n");
  const Response kept = client.read_response();
  CHECK(kept.head.find("\r\nDATE: Sun, 06 Nov 1994 08:49:37 GMT\r\n") != std::string::npos);
  CHECK(kept.count("Date") == 1);
  for (const int status : {200, 404}) {
    const Response added = client.read_response();
    CHECK(added.status() == status);
    CHECK(added.count("Date") == 1);
    CHECK(added.field("Date").size() == std::string("Sun, 06 Nov 1994 08:49:37 GMT").size());
    CHECK(added.field("Date").ends_with(" GMT"));
  }
}

}  // namespace
}  // namespace glassgate::test
