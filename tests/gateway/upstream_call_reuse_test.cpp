// Which backend connections serve another request, and which never do.
#include <doctest/doctest.h>

#include <array>
#include <string>

#include "support/gate.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

TEST_CASE("a connection serves one request after the other, whoever the clients are") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("hello")));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  for (int i = 0; i < 5; ++i) CHECK(gateway.exchange("GET / HTTP/1.0\r\n\r\n").ends_with("hello"));
  Peer client = gateway.connect();
  for (int i = 0; i < 5; ++i) {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
    CHECK(client.read_response().body == "hello");
  }
  client.send(get + get + get);
  for (int i = 0; i < 3; ++i) CHECK(client.read_response().body == "hello");
  CHECK(upstream.connections() == 1);
  CHECK(backend_status(gateway, "connections_opened") == "1");
  CHECK(backend_status(gateway, "connections_reused") == "12");
  CHECK(status_becomes(gateway, "idle_connections", "1"));
}

TEST_CASE("a connection is kept only where both sides know that a message has ended and another may follow") {
  std::string many_names = "Connection: ";
  for (int i = 0; i < 20; ++i) many_names += "x" + std::to_string(i) + ", ";
  const struct {
    std::string what;
    std::string answer;
    bool kept;
  } rows[] = {
      {"a length", ok("hello"), true},
      {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", true},
      {"chunks and trailers", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX: y\r\n\r\n",
       true},
      {"keep-alive", ok("hello", "Connection: keep-alive\r\n"), true},
      {"HTTP/1.0 with keep-alive", "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 5\r\n\r\nhello", true},
      {"close", ok("hello", "Connection: close\r\n"), false},
      {"Close, in a list", ok("hello", "Connection: x, Close\r\n"), false},
      {"close, in a second line", ok("hello", "Connection: x\r\nX: y\r\nConnection: close\r\n"), false},
      {"close behind many names", ok("hello", many_names + "close\r\n"), false},
      {"close and keep-alive", ok("hello", "Connection: keep-alive, close\r\n"), false},
      {"HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", false},
      {"Basic asks for a name", ok("hello", "WWW-Authenticate: Basic realm=\"NTLM, no\"\r\n"), true},
      {"NTLM names who is connected", ok("hello", "WWW-Authenticate: NTLM TlRMTVNTUAAC\r\n"), false},
      {"Negotiate, in a second line", ok("hello", "WWW-Authenticate: Basic\r\nWWW-Authenticate: negotiate\r\n"), false},
      {"one byte too many", ok("hello") + "!", false},
      {"a second answer behind the first", ok("hello") + ok("evil!"), false},
      {"an empty line behind", ok("hello") + "\r\n", false},
      {"bytes behind the last chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\nx",
       false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      while (!peer.read_request().empty()) peer.send(row.answer);
      upstream.note("closed");
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    for (int i = 0; i < 3; ++i) {
      client.send(get);
      CHECK(client.read_response().body == "hello");
    }
    CHECK(upstream.connections() == (row.kept ? 1 : 3));
    if (!row.kept) upstream.wait_for_notes(3);
    CHECK(status_becomes(gateway, "idle_connections", row.kept ? "1" : "0"));
  }
}

TEST_CASE("a connection on which a client has authenticated itself serves nobody else") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("hello")));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  for (const char* scheme : {"Negotiate YII=", "ntlm TlRM", "Basic YTpi"}) {
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nAuthorization: " + std::string(scheme) + "\r\n\r\n");
    CHECK(client.read_response().body == "hello");
  }
  CHECK(upstream.connections() == 3);
  CHECK(status_becomes(gateway, "idle_connections", "1"));  // Basic names who asks, in each request
}

TEST_CASE("an idle connection that was closed, or talks on its own, is dropped before it is used") {
  const struct {
    std::string what;
    void (*act)(Peer&);
  } rows[] = {
      {"closed", [](Peer& peer) { peer.close(); }},
      {"half-closed", [](Peer& peer) { peer.shutdown_write(); }},
      {"reset", [](Peer& peer) { peer.reset(); }},
      {"an unsolicited answer", [](Peer& peer) { peer.send(ok("evil")); }},
      {"a byte", [](Peer& peer) { peer.send("\n"); }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Gate answered;
    Gate acted;
    ScriptedUpstream upstream([&](Peer& peer, int number) {
      peer.read_request();
      peer.send(ok(number == 0 ? "first" : "second"));
      if (number == 0) {
        answered.wait();
        row.act(peer);
        acted.open();
      }
      if (peer.fd() >= 0) peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(get);
    CHECK(client.read_response().body == "first");
    CHECK(status_becomes(gateway, "idle_connections", "1"));
    answered.open();
    acted.wait();
    CHECK(backend_status(gateway, "idle_connections") == "1");                 // nobody has looked at it
    client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi");  // one that cannot be repeated
    CHECK(client.read_response().body == "second");
    CHECK(upstream.connections() == 2);
    CHECK(backend_status(gateway, "connections_reused") == "0");
  }
}

TEST_CASE("a connection that was idle for too long is closed, also when nobody asks for one") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    peer.send(ok("hello"));
    upstream.note(peer.read_to_end().empty() ? "closed" : "another request");
  });
  TestGateway gateway(TestGateway::with_upstream(upstream.address(), "pool:\n      idle_timeout: 100ms"));
  Peer client = gateway.connect();
  client.send(get);
  CHECK(client.read_response().body == "hello");
  CHECK(upstream.wait_for_notes(1).at(0) == "closed");
  CHECK(backend_status(gateway, "idle_connections") == "0");
  client.send(get);
  CHECK(client.read_response().body == "hello");
  CHECK(upstream.connections() == 2);
}

TEST_CASE("no more than max_idle connections are kept") {
  for (const int max_idle : {0, 1, 2}) {
    CAPTURE(max_idle);
    Gate all_there;
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      upstream.note("request");
      all_there.wait();
      peer.send(ok("hello"));
      peer.ends();
    });
    TestGateway gateway(
        TestGateway::with_upstream(upstream.address(), "pool:\n      max_idle: " + std::to_string(max_idle)));
    std::array<Peer, 3> clients{gateway.connect(), gateway.connect(), gateway.connect()};
    for (Peer& client : clients) client.send(get);
    upstream.wait_for_notes(3);
    CHECK(backend_status(gateway, "in_flight") == "3");
    all_there.open();
    for (Peer& client : clients) CHECK(client.read_response().body == "hello");
    CHECK(status_becomes(gateway, "in_flight", "0"));
    CHECK(backend_status(gateway, "idle_connections") == std::to_string(max_idle));
  }
}

}  // namespace
}  // namespace glassgate
