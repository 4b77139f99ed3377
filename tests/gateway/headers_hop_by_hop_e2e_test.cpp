// What belongs to one connection stays on it, in both directions, by the bytes on both sockets.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

struct FieldRow {
  std::string name;
  std::string value;
};

const std::vector<FieldRow> hop_by_hop{{"Connection", "x-nothing"},
                                       {"Keep-Alive", "timeout=5, max=100"},
                                       {"Proxy-Connection", "keep-alive"},
                                       {"Proxy-Authenticate", "Basic realm=x"},
                                       {"Proxy-Authorization", "Basic c2VjcmV0"},
                                       {"TE", "gzip"},
                                       {"Trailer", "X-Sum"},
                                       {"Upgrade", "websocket"},
                                       {"HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA"}};

// Without regard to case, as names are compared.
bool has_field(const std::string& head, const std::string& name) {
  return Response{head, "", "", true}.count(name) > 0;
}

TEST_CASE("no hop-by-hop field of a client reaches the backend, in whatever case it is written") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  size_t n = 0;
  for (const FieldRow& row : hop_by_hop) {
    for (const std::string& spelled : {row.name, to_lower(row.name)}) {
      CAPTURE(spelled);
      const std::string field = spelled + ": " + row.value + "\r\n";
      client.send("GET / HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n" + field + "X-B: 2\r\n" + field + "\r\n");
      REQUIRE(client.read_response().status() == 200);
      const std::string request = upstream.request(n++);
      CHECK_FALSE(has_field(request, row.name));
      CHECK(request.find("X-A: 1\r\nX-B: 2\r\n") != std::string::npos);
    }
  }
}

TEST_CASE("no hop-by-hop field of a backend reaches the client") {
  for (const FieldRow& row : hop_by_hop) {
    CAPTURE(row.name);
    const std::string field = row.name + ": " + row.value + "\r\n";
    ScriptedUpstream upstream(ScriptedUpstream::always(ok("body", "X-A: 1\r\n" + field + "X-B: 2\r\n" + field)));
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const Response answer = client.read_response();
    CHECK(answer.body == "body");
    CHECK_FALSE(has_field(answer.head, row.name));
    CHECK(answer.head.find("X-A: 1\r\nX-B: 2\r\n") != std::string::npos);
  }
}

TEST_CASE("what Connection names goes with it, from a client and from a backend") {
  ScriptedUpstream upstream([&upstream](Peer& peer, int) {
    upstream.note(peer.read_request());
    peer.send(ok("", "Connection: X-Down, x-other\r\nX-Down: 1\r\nX-Kept: 2\r\nX-OTHER: 3\r\nx-down: 4\r\n"));
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: X-Up,close\r\nX-Up: 1\r\nX-Kept: 2\r\nx-up: 3\r\n\r\n");
  const Response answer = client.read_response();
  CHECK(answer.count("X-Down") == 0);
  CHECK(answer.count("X-Other") == 0);
  CHECK(answer.field("X-Kept") == "2");
  CHECK(answer.field("Connection") == "close");  // the gateway's own: the client asked for it
  const std::string request = upstream.wait_for_notes(1)[0];
  CHECK_FALSE(has_field(request, "X-Up"));
  CHECK(has_field(request, "X-Kept"));
  CHECK_FALSE(has_field(request, "Connection"));
}

TEST_CASE("Connection cannot be used to take away what the backend relies on") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "trusted_proxies: [127.0.0.1]"));
  Peer client = gateway.connect();
  client.send(
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nCookie: a=b\r\nAuthorization: Basic x\r\nVia: 1.0 v\r\n"
      "X-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: w\r\nX-Forwarded-Port: 443\r\n"
      "Forwarded: for=192.0.2.7\r\nX-Real-IP: 192.0.2.7\r\nX-Request-ID: id\r\n"
      "Connection: Host, Content-Length, Cookie, Authorization, Via, X-Forwarded-For, X-Forwarded-Proto,"
      " X-Forwarded-Host, X-Forwarded-Port, Forwarded, X-Real-IP, X-Request-ID\r\n\r\nabc");
  REQUIRE(client.read_response().status() == 200);
  CHECK(without_traceparent(upstream.request(0)) ==
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nCookie: a=b\r\nAuthorization: Basic x\r\nVia: 1.0 v\r\n"
        "X-Forwarded-Proto: https\r\nX-Forwarded-Host: w\r\nX-Forwarded-Port: 443\r\nForwarded: for=192.0.2.7\r\n"
        "X-Real-IP: 192.0.2.7\r\nX-Forwarded-For: 192.0.2.7, 127.0.0.1\r\nVia: 1.1 glassgate\r\nX-Request-ID: id\r\n"
        "\r\nabc");
}

TEST_CASE("a backend's Connection cannot take the answer's own frame or the trace id away") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("body", "Connection: Content-Length, X-Request-ID, Date\r\n")));
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  const Response answer = client.read_response();
  CHECK(answer.field("Content-Length") == "4");
  CHECK(answer.field("X-Request-ID").size() == 32);
  CHECK(answer.count("Date") == 1);
}

TEST_CASE("TE goes on as trailers alone, and then Connection names it") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: TE\r\nTE: gzip;q=0.5, trailers, deflate\r\n\r\n");
  REQUIRE(client.read_response().status() == 200);
  const Response request{upstream.request(0), "", "", true};
  CHECK(request.field("TE") == "trailers");
  CHECK(request.field("Connection") == "TE");
}

TEST_CASE("Transfer-Encoding is each connection's own") {
  ScriptedUpstream upstream([&upstream](Peer& peer, int) {
    upstream.note(peer.read_request());
    peer.send("HTTP/1.1 200 OK\r\ntransfer-ENCODING: chunked\r\nTrailer: X-Sum\r\n\r\n" + chunk("body") +
              std::string(last_chunk));
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: h\r\nTRANSFER-encoding: CHUNKED\r\nConnection: transfer-encoding\r\n\r\n" +
              chunk("abc") + std::string(last_chunk));
  const Response answer = client.read_response();
  CHECK(answer.body == "body");
  CHECK(answer.count("Transfer-Encoding") == 1);
  CHECK(answer.field("Transfer-Encoding") == "chunked");
  const std::string request = upstream.wait_for_notes(1)[0];
  CHECK(request.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(request.ends_with("\r\n\r\n" + chunk("abc") + std::string(last_chunk)));
}

TEST_CASE("an upgrade is passed on, and one to h2c never") {
  struct Row {
    std::string upgrade;
    std::string passed;
  };
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  size_t n = 0;
  for (const Row& row : std::vector<Row>{{"websocket", "websocket"},
                                         {"h2c", ""},
                                         {"H2C", ""},
                                         {"h2c, websocket", "websocket"},
                                         {"websocket,\th2c", "websocket"},
                                         {"h2c/1.0", ""},
                                         {"HTTP/2.0", ""},
                                         {"websocket h2c", ""}}) {
    CAPTURE(row.upgrade);
    client.send(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMA\r\nUpgrade: " +
        row.upgrade + "\r\n\r\n");
    REQUIRE(client.read_response().status() == 200);
    const Response request{upstream.request(n++), "", "", true};
    CHECK(request.field("Upgrade") == row.passed);
    CHECK(request.field("Connection") == (row.passed.empty() ? "" : "Upgrade"));
    CHECK(request.count("HTTP2-Settings") == 0);
  }
}

}  // namespace
}  // namespace glassgate::test
