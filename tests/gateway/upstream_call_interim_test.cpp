// 1xx: answers before the answer.
#include <doctest/doctest.h>

#include <string>

#include "support/gate.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string early_hints = "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nLink: </b.js>\r\n\r\n";
const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";
const std::string processing = "HTTP/1.1 102 Processing\r\n\r\n";

std::string repeated(const std::string& text, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) out += text;
  return out;
}

TEST_CASE("interim answers are relayed as they came, in order, before the final one") {
  const struct {
    std::string sent;
    std::string received;
  } rows[] = {
      {go_on, go_on},
      {processing, processing},
      {early_hints, early_hints},
      {early_hints + processing + early_hints + go_on, early_hints + processing + early_hints + go_on},
      {"HTTP/1.1 199\r\nX: y\r\n\r\n", "HTTP/1.1 199 \r\nX: y\r\n\r\n"},
      {"HTTP/1.0 103 Early Hints\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n"},
      {"HTTP/1.1 103 Early Hints\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 2\r\nX: y\r\n\r\n",
       "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n"},
      {"HTTP/1.1 103 Early Hints\r\nContent-Length: 7\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n"},
      {"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 103 Early Hints\r\n\r\n"},
      {processing + "HTTP/1.1 103\r\nX: y\r\n\r\n", processing + "HTTP/1.1 103 \r\nX: y\r\n\r\n"},
      {repeated(processing, 16), repeated(processing, 16)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.sent);
    ScriptedUpstream upstream(ScriptedUpstream::always(row.sent + ok("final")));
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    for (int i = 0; i < 2; ++i) {
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      CHECK(client.read_exactly(row.received.size()) == row.received);
      CHECK(client.read_response().body == "final");
    }
    CHECK(upstream.connections() == 1);
  }
}

// The same head is read again for each answer, and the bytes of the one before are gone by then.
TEST_CASE("a final answer without a reason phrase has not the one of an interim answer before it") {
  ScriptedUpstream upstream(ScriptedUpstream::always(go_on + "HTTP/1.1 200\r\nX: " + std::string(40, 'x') +
                                                     "\r\nContent-Length: 2\r\n\r\nok"));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_exactly(go_on.size()) == go_on);
  CHECK(client.read_response().head.starts_with("HTTP/1.1 200 \r\nX: x"));
}

TEST_CASE("an interim answer reaches the client while the backend still works on the final one") {
  Gate seen;
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    peer.send(early_hints);
    seen.wait();
    peer.send(ok("final"));
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_head() == early_hints);
  seen.open();
  CHECK(client.read_response().body == "final");
}

TEST_CASE("HTTP/1.0 has no interim answers") {
  ScriptedUpstream upstream(ScriptedUpstream::always(go_on + early_hints + processing + ok("final")));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  const std::string answer = gateway.exchange("GET / HTTP/1.0\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.ends_with("\r\n\r\nfinal"));
}

TEST_CASE("a flood of interim answers is refused (I3)") {
  ScriptedUpstream upstream(ScriptedUpstream::always(repeated(processing, 17) + ok("final")));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_exactly(16 * processing.size()) == repeated(processing, 16));
  const Response response = client.read_response();
  CHECK(response.status() == 502);
  CHECK(response.body.find("final") == std::string::npos);
  CHECK(backend_status(gateway, "idle_connections") == "0");
  CHECK(gateway.exchange("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.1 502"));
}

TEST_CASE("the backend's 100 Continue lets the client's body come") {
  for (const std::string framing : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
    CAPTURE(framing);
    const std::string body = framing.starts_with("C") ? "hello" : chunk("hello") + std::string(last_chunk);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      upstream.note(peer.read_head());
      peer.send(go_on);
      upstream.note(peer.read_exactly(body.size()));
      peer.send(ok("thanks"));
      peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + framing + "Expect: 100-continue\r\n\r\n");
    CHECK(client.read_head() == go_on);
    client.send(body);
    const Response response = client.read_response();
    CHECK(response.body == "thanks");
    CHECK(response.field("Connection").empty());
    CHECK(upstream.wait_for_notes(2).at(0).find("\r\nExpect: 100-continue\r\n") != std::string::npos);
    CHECK(upstream.notes().at(1) == body);
    CHECK(status_becomes(gateway, "idle_connections", "1"));
  }
}

TEST_CASE("a backend that refuses what was announced answers at once, and the connection ends with that") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    peer.read_head();
    peer.send("HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
    peer.ends();
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  const Response response = client.read_response();
  CHECK(response.status() == 417);
  CHECK(response.body == "no");
  CHECK(response.field("Connection") == "close");
  CHECK(client.ends());
  CHECK(backend_status(gateway, "idle_connections") == "0");
}

TEST_CASE("a malformed interim answer is a malformed answer (I3)") {
  for (const std::string bad : {"HTTP/1.1 100 Continue\n\r\n", "HTTP/1.1 100 Continue\r\nX : y\r\n\r\n",
                                "HTTP/1.1 103 A\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"}) {
    CAPTURE(bad);
    ScriptedUpstream upstream(ScriptedUpstream::always(bad + ok("final")));
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    CHECK(gateway.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n").starts_with("HTTP/1.1 502"));
  }
}

}  // namespace
}  // namespace glassgate
