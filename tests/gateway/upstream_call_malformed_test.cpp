// Answers with more than one reading, or with none.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

struct Row {
  std::string what;
  std::string answer;
};

std::string fields(const std::string& lines) {
  return "HTTP/1.1 200 OK\r\n" + lines + "\r\n";
}

std::string with_nul(std::string text) {
  text[text.find('@')] = '\0';
  return text;
}

std::vector<Row> ambiguous_framing() {
  const std::string body = chunk("hello") + std::string(last_chunk);
  return {
      {"length and chunks", fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n") + body},
      {"chunks and length", fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n") + body},
      {"two lengths", fields("Content-Length: 5\r\nContent-Length: 6\r\n") + "hello!"},
      {"the same length twice", fields("Content-Length: 5\r\nContent-Length: 5\r\n") + "hello"},
      {"a list of lengths", fields("Content-Length: 5, 5\r\n") + "hello"},
      {"a signed length", fields("Content-Length: +5\r\n") + "hello"},
      {"a negative length", fields("Content-Length: -5\r\n") + "hello"},
      {"a hexadecimal length", fields("Content-Length: 0x5\r\n") + "hello"},
      {"a length with a space in it", fields("Content-Length: 1 0\r\n") + "0123456789"},
      {"an empty length", fields("Content-Length:\r\n") + "hello"},
      {"a length over 63 bits", fields("Content-Length: 9223372036854775808\r\n") + "hello"},
      {"a length over 64 bits", fields("Content-Length: 18446744073709551621\r\n") + "hello"},
      {"no chunked", fields("Transfer-Encoding: gzip\r\n") + "hello"},
      {"identity", fields("Transfer-Encoding: identity\r\n") + "hello"},
      {"chunked is not the last", fields("Transfer-Encoding: chunked, gzip\r\n") + body},
      {"gzip under chunked", fields("Transfer-Encoding: gzip, chunked\r\n") + body},
      {"chunked twice", fields("Transfer-Encoding: chunked, chunked\r\n") + body},
      {"chunked in two lines", fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n") + body},
      {"chunked with something", fields("Transfer-Encoding: xchunked\r\n") + body},
      {"an empty coding", fields("Transfer-Encoding:\r\n") + body},
      {"chunks in HTTP/1.0", "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body},
      {"length and chunks behind a 304",
       "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"},
  };
}

std::vector<Row> malformed_heads() {
  std::string many_names = "Connection: close";
  for (int i = 0; i < 40; ++i) many_names += ", x" + std::to_string(i);
  return {
      {"a folded field", fields("X: one\r\n two\r\nContent-Length: 0\r\n")},
      {"a fold with a tab", fields("X: one\r\n\ttwo\r\nContent-Length: 0\r\n")},
      {"a first line that is a fold", "HTTP/1.1 200 OK\r\n X: y\r\nContent-Length: 0\r\n\r\n"},
      {"a space before the colon", fields("Content-Length : 0\r\n")},
      {"a bare LF behind a field", fields("X: y\nContent-Length: 0\r\n")},
      {"a bare LF behind the status", "HTTP/1.1 200 OK\nContent-Length: 0\r\n\r\n"},
      {"a bare LF at the end", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\n"},
      {"only bare LFs", "HTTP/1.1 200 OK\nContent-Length: 0\n\n"},
      {"a bare CR in a field", fields("X: y\rSet-Cookie: evil=1\r\nContent-Length: 0\r\n")},
      {"a bare CR in the status line", "HTTP/1.1 200 OK\rSet-Cookie: evil=1\r\nContent-Length: 0\r\n\r\n"},
      {"two CRs", fields("X: y\r\r\nContent-Length: 0\r\n")},
      {"a NUL in a value", with_nul(fields("X: a@b\r\nContent-Length: 0\r\n"))},
      {"a NUL in a name", with_nul(fields("X@: b\r\nContent-Length: 0\r\n"))},
      {"a NUL in the reason", with_nul("HTTP/1.1 200 O@K\r\nContent-Length: 0\r\n\r\n")},
      {"a control in a value", fields("X: a\x01"
                                      "b\r\nContent-Length: 0\r\n")},
      {"no colon", fields("Content-Length 0\r\n")},
      {"no name", fields(": 0\r\nContent-Length: 0\r\n")},
      {"an illegal name", fields("X(y): 0\r\nContent-Length: 0\r\n")},
      {"garbage", "SSH-2.0-OpenSSH_9.2\r\n\r\n"},
      {"binary garbage", std::string("\x16\x03\x01\x02\x00\x01\r\n\r\n", 10)},
      {"a TLS alert, in which no line ends", std::string("\x15\x03\x01\x00\x02\x02\x46", 7)},
      {"a request", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"},
      {"HTTP/2.0", "HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"HTTP/0.9", "HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"another protocol", "ICY 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"no space behind the version", "HTTP/1.1200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"lower case", "http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
      {"status 99", "HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n"},
      {"status 600", "HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n"},
      {"status abc", "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n"},
      {"status 20", "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n"},
      {"status 2000", "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n"},
      {"status +20", "HTTP/1.1 +20 OK\r\nContent-Length: 0\r\n\r\n"},
      {"an empty line in front", "\r\n" + ok("hello")},
      {"a head of nothing", "\r\n\r\n"},
      {"a head that is too large", fields("X: " + std::string(70'000, 'x') + "\r\nContent-Length: 0\r\n")},
      {"a status line that is too large", "HTTP/1.1 200 " + std::string(70'000, 'x') + "\r\n\r\n"},
      {"too many names in Connection", fields(many_names + "\r\nContent-Length: 0\r\n")},
      {"a 101 that nobody asked for", "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"},
      {"a 101 to nothing", "HTTP/1.1 101 Switching Protocols\r\n\r\n"},
  };
}

Row too_many_fields() {
  std::string lines;
  for (int i = 0; i < 101; ++i) lines += "X-" + std::to_string(i) + ": y\r\n";
  return {"too many fields", fields(lines)};
}

// The first connection is hostile, and stays open for as long as the gateway lets it.
void check_refused(const Row& row, const std::string& method) {
  CAPTURE(row.what);
  CAPTURE(method);
  ScriptedUpstream upstream([&](Peer& peer, int number) {
    peer.read_request();
    peer.send(number == 0 ? row.answer : ok("good"));
    peer.ends();
    upstream.note("closed");
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
  const Response response = client.read_response(method == "HEAD");
  CHECK(response.status() == 502);
  CHECK(response.complete);
  CHECK(response.head.find("evil") == std::string::npos);
  CHECK(response.body.find("hello") == std::string::npos);
  CHECK(logged_error(gateway, 1) == "backend_malformed");
  CHECK(upstream.wait_for_notes(1).at(0) == "closed");
  CHECK(backend_status(gateway, "idle_connections") == "0");
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_response().body == "good");
  CHECK(upstream.connections() == 2);
}

TEST_CASE("an answer whose framing has more than one reading is 502, and its connection is closed (I3)") {
  for (const Row& row : ambiguous_framing()) {
    check_refused(row, "GET");
    check_refused(row, "HEAD");
  }
}

TEST_CASE("an answer whose head is malformed is 502, and its connection is closed (I3)") {
  for (const Row& row : malformed_heads()) check_refused(row, "GET");
  check_refused(too_many_fields(), "GET");
}

TEST_CASE("as many fields as are allowed, and as large a head, are relayed, however little clients may send") {
  std::string lines;
  for (int i = 0; i < 99; ++i) lines += "X-" + std::to_string(i) + ": " + std::string(500, 'y') + "\r\n";
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("hello", lines)));
  for (const std::string server : {"", "max_headers: 10\n  max_header_bytes: 1KiB"}) {
    CAPTURE(server);
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}, server));
    const std::string answer = gateway.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(answer.find(lines) != std::string::npos);
    CHECK(answer.ends_with("\r\n\r\nhello"));
  }
}

TEST_CASE("status lines that are unusual and lawful are relayed") {
  const struct {
    std::string sent;
    std::string received;
  } rows[] = {
      {"HTTP/1.1 200", "HTTP/1.1 200 \r\n"},
      {"HTTP/1.1 200 ", "HTTP/1.1 200 \r\n"},
      {"HTTP/1.1 299 A \"B\" \xC3\xA9", "HTTP/1.1 299 A \"B\" \xC3\xA9\r\n"},
      {"HTTP/1.1 599 X", "HTTP/1.1 599 X\r\n"},
      {"HTTP/1.0 200 OK", "HTTP/1.1 200 OK\r\n"},
      {"HTTP/1.9 200 OK", "HTTP/1.1 200 OK\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.sent);
    ScriptedUpstream upstream(ScriptedUpstream::always(row.sent + "\r\nContent-Length: 2\r\n\r\nhi"));
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    CHECK(gateway.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with(row.received));
  }
}

}  // namespace
}  // namespace glassgate
