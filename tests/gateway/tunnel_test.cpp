// Upgrade: from the 101 on, two connections are one pipe.
#include "gateway/tunnel.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <string>
#include <thread>

#include "support/gate.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string upgrade =
    "GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const std::string switching =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

// A gateway, and a tunnel through it whose two ends are in the test's hands.
struct Tunnel {
  explicit Tunnel(const std::string& behind_request = "", const std::string& behind_answer = "")
      : upstream([this, behind_answer](Peer& peer, int) {
          upstream.note(peer.read_head());
          peer.send(switching + behind_answer);
          backend = std::move(peer);
          opened.open();
        }),
        gateway(TestGateway::in_front_of({upstream.address()}, "body_timeout: 200ms\n  idle_timeout: 200ms")),
        client(gateway.connect()) {
    client.send(upgrade + behind_request);
    head = client.read_head();
    opened.wait();
  }

  Peer backend;
  Gate opened;
  ScriptedUpstream upstream;
  TestGateway gateway;
  Peer client;
  std::string head;
};

TEST_CASE("an upgrade is offered to the backend, and its 101 given to the client, whole") {
  Tunnel tunnel;
  const std::string offered = tunnel.upstream.wait_for_notes(1).at(0);
  CHECK(offered.starts_with("GET /chat HTTP/1.1\r\nHost: a\r\n"));
  CHECK(offered.find("\r\nUpgrade: websocket\r\n") != std::string::npos);
  CHECK(offered.find("\r\nConnection: Upgrade\r\n") != std::string::npos);
  CHECK(offered.find("\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") != std::string::npos);
  CHECK(tunnel.head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"));
  const Response response{tunnel.head, "", "", true};
  CHECK(response.field("Connection") == "Upgrade");
  CHECK(response.field("Upgrade") == "websocket");
  CHECK(response.field("Sec-WebSocket-Accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  CHECK(response.count("Content-Length") + response.count("Transfer-Encoding") == 0);
}

TEST_CASE("bytes go both ways as they are, and a pause is no end") {
  Tunnel tunnel;
  const std::string bytes("\x81\x05hello\0\r\n0\r\n\r\n", 15);
  for (int i = 0; i < 3; ++i) {
    tunnel.client.send(bytes);
    CHECK(tunnel.backend.read_exactly(bytes.size()) == bytes);
    tunnel.backend.send(bytes + bytes);
    CHECK(tunnel.client.read_exactly(2 * bytes.size()) == bytes + bytes);
    ::poll(nullptr, 0, 250);  // longer than body_timeout and idle_timeout
  }
  tunnel.client.close();
  CHECK(tunnel.backend.ends());
  tunnel.backend.close();
  CHECK(comes_to_rest(tunnel.gateway));
  const std::string line = tunnel.gateway.wait_for_access_lines(1).at(0);
  CHECK(json_field(line, "status") == "101");
  CHECK(json_field(line, "bytes_in") == "45");
  CHECK(json_field(line, "bytes_out") == "90");
  CHECK(json_field(line, "error") == "-");
  CHECK(backend_status(tunnel.gateway, "idle_connections") == "0");
}

TEST_CASE("bytes that came right behind the heads are the first ones through (I1)") {
  Tunnel tunnel("early from the client", "early from the backend");
  tunnel.client.send(", and more");
  tunnel.backend.send(", and more");
  CHECK(tunnel.backend.read_exactly(31) == "early from the client, and more");
  CHECK(tunnel.client.read_exactly(32) == "early from the backend, and more");
}

TEST_CASE("the end of one direction leaves the other one open (I2)") {
  for (const bool client_first : {true, false}) {
    CAPTURE(client_first);
    Tunnel tunnel;
    Peer& first = client_first ? tunnel.client : tunnel.backend;
    Peer& second = client_first ? tunnel.backend : tunnel.client;
    first.send("my last words");
    first.shutdown_write();
    CHECK(second.read_to_end() == "my last words");
    CHECK_FALSE(second.is_reset());
    second.send("I have more");
    CHECK(first.read_exactly(11) == "I have more");
    ::poll(nullptr, 0, 250);
    second.send(", and this");
    second.shutdown_write();
    CHECK(first.read_to_end() == ", and this");
    CHECK_FALSE(first.is_reset());
    CHECK(comes_to_rest(tunnel.gateway));
  }
}

TEST_CASE("a client that sends nothing behind its backend's end does not keep its tunnel (I2)") {
  Tunnel tunnel;
  tunnel.backend.shutdown_write();
  CHECK(comes_to_rest(tunnel.gateway));  // and the client is still there
  CHECK(json_field(tunnel.gateway.wait_for_access_lines(1).at(0), "error") == "-");
}

TEST_CASE("a client that reads nothing has left, also behind its own end: nothing is said against its backend") {
  Tunnel tunnel;
  tunnel.client.shutdown_write();
  std::thread writer([&] { tunnel.backend.send(std::string(20'000'000, 'x')); });
  CHECK(json_field(tunnel.gateway.wait_for_access_lines(1).at(0), "error") == "client_gone");
  writer.join();
}

TEST_CASE("a side that breaks off is seen as broken off, and everything is over") {
  for (const bool client_breaks : {true, false}) {
    CAPTURE(client_breaks);
    Tunnel tunnel;
    (client_breaks ? tunnel.client : tunnel.backend).reset();
    Peer& other = client_breaks ? tunnel.backend : tunnel.client;
    CHECK(other.ends());
    CHECK(other.is_reset());
    CHECK(comes_to_rest(tunnel.gateway));
    CHECK(logged_error(tunnel.gateway, 1) == (client_breaks ? "client_gone" : "response_cut"));
  }
}

TEST_CASE("a side that breaks off behind its own end is seen, although nobody has anything to send to it") {
  for (const bool client_breaks : {true, false}) {
    CAPTURE(client_breaks);
    Tunnel tunnel;
    Peer& breaking = client_breaks ? tunnel.client : tunnel.backend;
    Peer& other = client_breaks ? tunnel.backend : tunnel.client;
    breaking.shutdown_write();
    CHECK(other.ends());
    breaking.reset();
    CHECK(eventually([&] { return tunnel.gateway.services().connections.size() == 0; }));
    CHECK(logged_error(tunnel.gateway, 1) == (client_breaks ? "client_gone" : "-"));  // it had said all that it had to
  }
}

TEST_CASE("what a client has sent to its end arrives, though it is gone when the backend speaks") {
  Tunnel tunnel;
  const std::string bytes(400'000, 'x');
  tunnel.client.send(bytes);
  tunnel.client.close();
  REQUIRE(eventually([&] { return tunnel.backend.has_other_side_ended(); }));
  tunnel.backend.send("too late");
  CHECK(logged_error(tunnel.gateway, 1) == "client_gone");
  CHECK(tunnel.backend.read_to_end() == bytes);
  CHECK_FALSE(tunnel.backend.is_reset());
}

TEST_CASE("the kernel looks after both ends: a peer that is lost without a word does not keep its tunnel for ever") {
  Tunnel tunnel;
  CHECK(eventually([&] { return tunnel.client.is_kept_alive_by_other_side(); }));
  CHECK(eventually([&] { return tunnel.backend.is_kept_alive_by_other_side(); }));
}

TEST_CASE("much goes both ways at once") {
  Tunnel tunnel;
  const std::string much(3'000'000, 'x');
  std::thread client_writer([&] { tunnel.client.send(much); });
  std::thread backend_writer([&] { tunnel.backend.send(much + "y"); });
  std::thread backend_reader(
      [&] { tunnel.upstream.note(tunnel.backend.read_exactly(much.size()) == much ? "same" : "?"); });
  CHECK((tunnel.client.read_exactly(much.size() + 1) == much + "y"));
  client_writer.join();
  backend_writer.join();
  backend_reader.join();
  CHECK(tunnel.upstream.notes().at(1) == "same");
}

TEST_CASE("stopping the gateway cuts a tunnel") {
  Tunnel tunnel;
  tunnel.gateway.stop(true);
  CHECK(tunnel.client.ends());
  CHECK(tunnel.backend.ends());
  CHECK(logged_error(tunnel.gateway, 1) == "drained");
}

TEST_CASE("a backend that does not switch gives an ordinary answer") {
  for (const std::string& answer : {ok("plain"), std::string("HTTP/1.1 400 Bad\r\nContent-Length: 5\r\n\r\nplain"),
                                    ok("plain", "Connection: Upgrade\r\nUpgrade: websocket\r\n")}) {
    CAPTURE(answer);
    ScriptedUpstream upstream(ScriptedUpstream::always(answer));
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    for (int i = 0; i < 2; ++i) {
      client.send(upgrade);
      const Response response = client.read_response();
      CHECK(response.head.substr(0, 12) == answer.substr(0, 12));
      CHECK(response.body == "plain");
      CHECK(response.count("Upgrade") == 0);
    }
    CHECK(upstream.connections() == 1);
  }
}

}  // namespace
}  // namespace glassgate
