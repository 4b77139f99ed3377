// The end of the drain time, and the second signal: what is left is cut, wherever it waits, and counted.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <csignal>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/gateway_process.h"
#include "support/hanging_resolver.h"
#include "support/listening.h"
#include "support/net.h"
#include "support/scripted_upstream.h"

namespace glassgate {
namespace {

using test::eventually;
using test::GatewayProcess;
using test::json_field;
using test::Peer;
using test::refuses_connections;
using test::ScriptedUpstream;
using test::TestGateway;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
const std::string upload = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n";

// A request that will not end by itself: what its client sends, and how its backend behaves. The script notes when the
// request has got to where it is to be cut.
struct Stuck {
  std::string where;
  std::string request;
  std::function<void(ScriptedUpstream& upstream, Peer& peer)> backend;
};

void send_for_ever(ScriptedUpstream& upstream, Peer& peer) {
  peer.read_head();
  peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  const std::string piece = test::chunk(std::string(1 << 20, 'x'));
  upstream.note("stuck");         // soon:
  for (int i = 0; i < 64; ++i) {  // that is more than all buffers on the way together hold
    if (!peer.send(piece)) return;
  }
}

const std::vector<Stuck> stuck_requests{
    {"waiting for an answer's head", get,
     [](ScriptedUpstream& upstream, Peer& peer) {
       peer.read_head();
       upstream.note("stuck");
       peer.ends();
     }},
    {"behind another request of its connection", get + get,
     [](ScriptedUpstream& upstream, Peer& peer) {
       peer.read_head();
       peer.send(test::ok("first"));
       peer.read_head();
       upstream.note("stuck");
       peer.ends();
     }},
    {"inside an answer's head", get,
     [](ScriptedUpstream& upstream, Peer& peer) {
       peer.read_head();
       peer.send("HTTP/1.1 200 O");
       upstream.note("stuck");
       peer.ends();
     }},
    {"inside an answer's body", get,
     [](ScriptedUpstream& upstream, Peer& peer) {
       peer.read_head();
       peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
       upstream.note("stuck");
       peer.ends();
     }},
    {"in a tunnel", upgrade,
     [](ScriptedUpstream& upstream, Peer& peer) {
       peer.read_head();
       peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello");
       upstream.note("stuck");
       peer.ends();
     }},
    {"a client that does not read", get, send_for_ever},
    {"a client of HTTP/1.0 that does not read", "GET / HTTP/1.0\r\n\r\n", send_for_ever},
    {"a client that does not send its body", upload,
     [](ScriptedUpstream& upstream, Peer& peer) {
       peer.read_head();
       upstream.note("stuck");
       peer.ends();
     }},
    {"a backend that does not read", upload + std::string(32 << 20, 'x'),
     [](ScriptedUpstream& upstream, Peer& peer) {
       peer.read_head();
       upstream.note("stuck");
       eventually([&] {
         char byte = 0;
         const ssize_t n = ::recv(peer.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
         return n == 0 || upstream.notes().size() > 1;
       });
     }},
};

const std::string patient_ways = "header_timeout: 1h\n  body_timeout: 1h\n  ";
const std::string patient_upstream = "response_timeout: 1h";

size_t requests_cut(const GatewayProcess& gateway) {
  return std::stoul(json_field(gateway.wait_for_log_lines("\"event\":\"stopped\"").front(), "requests_cut"));
}

// Sends in the background, because a client whose backend does not read cannot send to the end.
class Client {
 public:
  Client(Peer peer, std::string request)
      : peer_(std::move(peer)), sender_([this, request = std::move(request)] { peer_.send(request); }) {}
  ~Client() {
    ::shutdown(peer_.fd(), SHUT_RDWR);
    sender_.join();
  }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

 private:
  Peer peer_;
  std::thread sender_;
};

TEST_CASE("when the drain time is over, what is left is cut wherever it waits, and counted (I2)") {
  for (const Stuck& stuck : stuck_requests) {
    INFO(stuck.where);
    ScriptedUpstream upstream([&](Peer& peer, int) { stuck.backend(upstream, peer); });
    GatewayProcess gateway(
        TestGateway::with_upstream(upstream.address(), patient_upstream, patient_ways + "drain_timeout: 200ms"));
    const Client client(gateway.connect(), stuck.request);
    upstream.wait_for_notes(1);
    gateway.process().signal(SIGTERM);
    REQUIRE(gateway.process().wait() == 0);
    CHECK(requests_cut(gateway) == 1);
    CHECK(json_field(gateway.log_lines("\"event\":\"stopped\"").front(), "level") == "warn");
    CHECK(gateway.log_lines("\"error\":\"drained\"").size() == 1);
    upstream.note("over");
  }
}

// Of HTTP/1.0, or where the backend ends it so: a clean end would be the answer's own.
TEST_CASE("an answer that ends with its connection is cut with a reset") {
  for (const std::string framing : {"Transfer-Encoding: chunked\r\n", ""}) {
    CAPTURE(framing);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n" + (framing.empty() ? "hello" : test::chunk("hello")));
      peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.0\r\n\r\n");
    client.read_until("hello");
    gateway.stop(true);
    CHECK(client.read_to_end().empty());
    CHECK(client.is_reset());
    CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "drained");
  }
}

TEST_CASE("a request that waits for its backend to take the connection is cut, too (I2)") {
  const test::Silent silent;
  GatewayProcess gateway(
      TestGateway::with_upstream(silent.text(), "connect_timeout: 1h", patient_ways + "drain_timeout: 0"));
  Peer client = gateway.connect();
  client.send(get);
  REQUIRE(eventually([&] { return gateway.admin("/status").find("\"in_flight\":1") != std::string::npos; }));
  gateway.process().signal(SIGTERM);
  CHECK(gateway.process().wait() == 0);
  CHECK(requests_cut(gateway) == 1);
}

TEST_CASE("a request that waits for a resolver is cut, too (I2)") {
  const test::HangingResolver resolver;
  TestGateway gateway(TestGateway::with_upstream(test::hanging_name + ":80", "connect_timeout: 1h"));
  Peer client = gateway.connect();
  client.send(get);
  REQUIRE(eventually([&] { return resolver.waiting() == 1; }));
  gateway.stop(true);
  CHECK(resolver.waiting() == 1);  // still, and nobody waits for it
  CHECK(client.read_to_end().empty());
  CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "drained");
}

TEST_CASE("a second signal stops at once, however many others want a reload (I2)") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    upstream.note("asked");
    peer.ends();
  });
  GatewayProcess gateway(
      TestGateway::with_upstream(upstream.address(), patient_upstream, patient_ways + "drain_timeout: 1h"));
  Peer client = gateway.connect();
  client.send(get);
  upstream.wait_for_notes(1);
  gateway.process().signal(SIGTERM);
  REQUIRE(eventually([&] { return refuses_connections(gateway.port()); }));
  gateway.process().signal(SIGTERM);
  CHECK(eventually([&] {
    if (!gateway.process().has_ended()) gateway.process().signal(SIGHUP);
    return gateway.process().has_ended();
  }));
}

TEST_CASE("a second signal stops at once, whichever it is, and what it cuts is counted (I2)") {
  struct Row {
    int first = 0;
    int second = 0;
  };
  for (const Row& row : std::vector<Row>{{SIGTERM, SIGTERM}, {SIGTERM, SIGINT}, {SIGINT, SIGINT}, {SIGINT, SIGTERM}}) {
    CAPTURE(row.first);
    CAPTURE(row.second);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      upstream.note("asked");
      peer.ends();
    });
    GatewayProcess gateway(
        TestGateway::with_upstream(upstream.address(), patient_upstream, patient_ways + "drain_timeout: 1h"));
    Peer first = gateway.connect();
    Peer second = gateway.connect();
    first.send(get);
    second.send(get);
    upstream.wait_for_notes(2);
    gateway.process().signal(row.first);
    REQUIRE(eventually([&] { return refuses_connections(gateway.port()); }));
    CHECK_FALSE(gateway.process().has_ended());
    gateway.process().signal(row.second);
    CHECK(gateway.process().wait() == 0);
    CHECK(requests_cut(gateway) == 2);
    for (const std::string& line : gateway.log_lines("\"event\":\"access\"")) {
      CHECK(json_field(line, "error") == "drained");
      CHECK(json_field(line, "status") == "0");
    }
    CHECK(first.read_to_end().empty());
  }
}

TEST_CASE("a client that has its answer and does not go is no request that is cut") {
  GatewayProcess gateway(TestGateway::with_upstream("127.0.0.1:1", "", "drain_timeout: 1s"));
  Peer client = gateway.connect();
  client.send("nonsense\r\n\r\n");
  CHECK(client.read_response().status() == 400);
  gateway.process().signal(SIGTERM);
  CHECK(gateway.process().wait() == 0);
  CHECK(requests_cut(gateway) == 0);
}

TEST_CASE("a client that has its answer and sends on holds up a stop for a moment only") {
  GatewayProcess gateway(TestGateway::with_upstream("127.0.0.1:1", "", "drain_timeout: 1h"));
  Peer client = gateway.connect();
  client.send("nonsense\r\n\r\n");
  CHECK(client.read_response().status() == 400);
  std::thread dripping([&] {
    while (client.send("x")) std::this_thread::sleep_for(std::chrono::milliseconds(100));
  });
  gateway.process().signal(SIGTERM);
  CHECK(gateway.process().wait() == 0);
  dripping.join();
}

TEST_CASE("a cut answer is visibly cut: no clean end of chunks, and a reset where only the end would tell") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + test::chunk("half"));
    upstream.note("stuck");
    peer.ends();
  });
  GatewayProcess gateway(TestGateway::with_upstream(upstream.address(), patient_upstream, "drain_timeout: 0s"));
  Peer client = gateway.connect();
  client.send(get);
  CHECK(client.read_until("half").ends_with("half"));
  gateway.process().signal(SIGTERM);
  CHECK(client.read_to_end().find(test::last_chunk) == std::string::npos);
  CHECK(gateway.process().wait() == 0);
  CHECK(requests_cut(gateway) == 1);
}

}  // namespace
}  // namespace glassgate
