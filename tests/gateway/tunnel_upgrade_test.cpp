// Which protocols are offered to a backend, and to which of them it may switch.
#include <doctest/doctest.h>

#include <string>

#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

std::string upgrade_to(const std::string& fields, const std::string& version = "HTTP/1.1") {
  return "GET / " + version + "\r\nHost: a\r\n" + fields + "\r\n";
}

TEST_CASE("only what may be upgraded to is offered") {
  const struct {
    std::string request;
    std::string offered;  // the value of Upgrade upstream; empty: none
  } rows[] = {
      {upgrade_to("Connection: Upgrade\r\nUpgrade: websocket\r\n"), "websocket"},
      {upgrade_to("Connection: keep-alive, upgrade\r\nUpgrade: WebSocket, foo/2\r\n"), "WebSocket, foo/2"},
      {upgrade_to("Connection: Upgrade\r\nUpgrade: h2c\r\n"), ""},
      {upgrade_to("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: H2C\r\nHTTP2-Settings: AAMAAABk\r\n"), ""},
      {upgrade_to("Connection: Upgrade\r\nUpgrade: h2c, websocket\r\n"), "websocket"},
      {upgrade_to("Connection: Upgrade\r\nUpgrade: websocket\r\nUpgrade: h2c\r\n"), "websocket"},
      {upgrade_to("Upgrade: websocket\r\n"), ""},
      {upgrade_to("Connection: Upgrade\r\n"), ""},
      {upgrade_to("Connection: Upgrade\r\nUpgrade: websocket\r\n", "HTTP/1.0"), ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.request);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      upstream.note(peer.read_request());
      peer.send(ok("no"));
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(row.request);
    CHECK(client.read_response().body == "no");
    const Response seen{upstream.wait_for_notes(1).at(0), "", "", true};
    CHECK(seen.field("Upgrade") == row.offered);
    CHECK((seen.field("Connection") == "Upgrade") == !row.offered.empty());
    CHECK(seen.count("HTTP2-Settings") == 0);
  }
}

std::string switching_to(const std::string& fields) {
  return "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" + fields + "\r\n";
}

TEST_CASE("a 101 may switch to several layers that were offered, in one line or more, and the client is told all") {
  for (const std::string fields :
       {"Upgrade: foo, BAR\r\n", "Upgrade: foo\r\nUpgrade: BAR\r\n", "Upgrade: , foo,, BAR\r\n"}) {
    CAPTURE(fields);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send(switching_to(fields) + "inside");
      peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(upgrade_to("Connection: Upgrade\r\nUpgrade: bar, foo, baz\r\n"));
    const std::string head = client.read_head();
    CHECK(head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
    CHECK(head.find(fields) != std::string::npos);
    CHECK(client.read_exactly(6) == "inside");
  }
}

TEST_CASE("a 101 to what was not offered is a malformed answer, and nothing gets through") {
  const struct {
    std::string what;
    std::string request;
    std::string answer;
  } rows[] = {
      {"another protocol", upgrade_to("Connection: Upgrade\r\nUpgrade: foo\r\n"),
       switching_to("Upgrade: websocket\r\n")},
      {"no protocol", upgrade_to("Connection: Upgrade\r\nUpgrade: websocket\r\n"), switching_to("")},
      {"no protocol but a comma", upgrade_to("Connection: Upgrade\r\nUpgrade: websocket\r\n"),
       switching_to("Upgrade: ,\r\n")},
      {"one layer of two", upgrade_to("Connection: Upgrade\r\nUpgrade: foo\r\n"),
       switching_to("Upgrade: foo, bar\r\n")},
      {"one layer of two, in a line of its own", upgrade_to("Connection: Upgrade\r\nUpgrade: foo\r\n"),
       switching_to("Upgrade: foo\r\nUpgrade: bar\r\n")},
      {"h2c, which was not passed on", upgrade_to("Connection: Upgrade\r\nUpgrade: h2c\r\n"),
       switching_to("Upgrade: h2c\r\n")},
      {"HTTP/1.0", upgrade_to("Connection: Upgrade\r\nUpgrade: websocket\r\n", "HTTP/1.0"),
       switching_to("Upgrade: websocket\r\n")},
      {"a request that asked for nothing", upgrade_to(""), switching_to("Upgrade: websocket\r\n")},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send(row.answer + "evil");
      peer.ends();
      upstream.note("closed");
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(row.request);
    const Response response = client.read_response();
    CHECK(response.status() == 502);
    CHECK(response.body.find("evil") == std::string::npos);
    CHECK(upstream.wait_for_notes(1).at(0) == "closed");
    CHECK(logged_error(gateway, 1) == "backend_malformed");
  }
}

}  // namespace
}  // namespace glassgate
