// Upgrade on a request that has a body: HTTP until its last byte, and the tunnel behind it.
#include <doctest/doctest.h>

#include <string>

#include "support/gate.h"
#include "support/metrics_page.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string upgrade = "POST /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
const std::string switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";

// Whether the gateway has the head of an answer: that is counted at once, and not with the upload.
bool has_answer(const TestGateway& gateway) {
  const std::string latencies = R"(gateway_upstream_latency_seconds_count{service="/"})";
  return eventually([&] { return MetricsPage(gateway.admin("/metrics")).at(latencies) == 1; });
}

TEST_CASE("a request's body goes to the backend once, and not again through the tunnel (I1)") {
  for (const bool with_head : {true, false}) {
    CAPTURE(with_head);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      upstream.note(peer.read_head());
      upstream.note(peer.read_exactly(4));
      peer.send(switching);
      upstream.note(peer.read_exactly(6));
      peer.send("answer");
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(upgrade + "Content-Length: 4\r\n\r\n" + (with_head ? "body" : ""));
    if (!with_head) {
      upstream.wait_for_notes(1);
      client.send("body");
    }
    CHECK(client.read_head().starts_with("HTTP/1.1 101 "));
    client.send("tunnel");
    CHECK(upstream.wait_for_notes(3).at(1) == "body");
    CHECK(upstream.notes().at(2) == "tunnel");
    CHECK(client.read_to_end() == "answer");
  }
}

TEST_CASE("a backend may switch before the body is there: it gets the body first, and the tunnel behind it (I1)") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    peer.send(switching + "early");
    upstream.note(peer.read_exactly(10));
    peer.send("answer");
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(upgrade + "Content-Length: 4\r\n\r\nbo");
  CHECK(has_answer(gateway));
  client.send("dytunnel");
  CHECK(client.read_head().starts_with("HTTP/1.1 101 "));
  CHECK(upstream.wait_for_notes(1).at(0) == "bodytunnel");
  CHECK(client.read_to_end() == "earlyanswer");
}

TEST_CASE("a client that asks for an upgrade and keeps its body back is 408, and the backend is not to blame") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    peer.send(switching);
    peer.ends();
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "body_timeout: 200ms"));
  Peer client = gateway.connect();
  client.send(upgrade + "Content-Length: 1\r\n\r\n");
  CHECK(client.read_response().status() == 408);
  CHECK(backend_status(gateway, "failures") == "0");
}

TEST_CASE("a 101 to a request that could not be sent whole is a malformed answer, and no tunnel") {
  Gate is_there;
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    peer.send(switching);
    is_there.wait();
    peer.reset();
    upstream.note("gone");
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(upgrade + "Content-Length: 4\r\n\r\n");
  CHECK(has_answer(gateway));
  is_there.open();
  upstream.wait_for_notes(1);
  client.send("body");
  CHECK(client.read_response().status() == 502);
  CHECK(logged_error(gateway, 1) == "backend_malformed");
}

}  // namespace
}  // namespace glassgate
