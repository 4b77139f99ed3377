// server.max_connections: who is served, who makes room, and who is turned away.
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "support/gate.h"
#include "support/gateway_process.h"
#include "support/net.h"
#include "support/scripted_upstream.h"
#include "support/shifted_clock.h"
#include "support/test_gateway.h"

namespace glassgate {
namespace {

using test::eventually;
using test::Peer;
using test::Response;
using test::ScriptedUpstream;
using test::TestGateway;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

std::string limited_to(size_t connections, const ScriptedUpstream& backend) {
  return TestGateway::in_front_of({backend.address()}, "max_connections: " + std::to_string(connections));
}

bool is_served(Peer& client) {
  return client.send(get) && client.read_response().body == "hello";
}

void wait_until_idle(const TestGateway& gateway, size_t idle) {
  REQUIRE(eventually([&] { return gateway.services().connections.idle() == idle; }));
}

// A backend that answers when it is told to.
class HeldBackend {
 public:
  std::string address() const { return upstream_.address(); }
  const ScriptedUpstream& upstream() const { return upstream_; }
  void wait_for_requests(size_t n) { upstream_.wait_for_notes(n); }
  void answer() { go_on_.open(); }

 private:
  void script(Peer& peer) {
    while (!peer.read_request().empty()) {
      upstream_.note("asked");
      go_on_.wait();
      peer.send(test::ok("hello"));
    }
  }
  test::Gate go_on_;
  ScriptedUpstream upstream_{[this](Peer& peer, int) { script(peer); }};
};

TEST_CASE("each connection has a thread of its own, with a name") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  TestGateway gateway(limited_to(5, backend));
  std::vector<Peer> clients;
  for (int n = 1; n <= 5; ++n) {
    clients.push_back(gateway.connect());
    CHECK(is_served(clients.back()));
    const std::vector<std::string> names = test::thread_names_of(0);
    CHECK(std::count_if(names.begin(), names.end(), [](const auto& name) { return name.starts_with("conn-"); }) == n);
    CHECK(std::find(names.begin(), names.end(), "conn-" + std::to_string(n)) != names.end());
  }
}

TEST_CASE("at the limit, the connection that has been idle for longest is closed, and the newcomer served") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  TestGateway gateway(limited_to(3, backend));
  std::vector<Peer> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(gateway.connect());
    CHECK(is_served(clients.back()));
    wait_until_idle(gateway, clients.size());
  }
  CHECK(is_served(clients[0]));  // the oldest, but no longer the one that has been idle for longest
  wait_until_idle(gateway, 3);

  for (const size_t leaves : {size_t{1}, size_t{2}, size_t{0}}) {
    CAPTURE(leaves);
    Peer newcomer = gateway.connect();
    CHECK(is_served(newcomer));
    CHECK(clients[leaves].read_to_end().empty());
    CHECK_FALSE(clients[leaves].is_reset());
    clients.push_back(std::move(newcomer));
    wait_until_idle(gateway, 3);
  }
  for (size_t i = 3; i < 6; ++i) CHECK(is_served(clients[i]));
  CHECK(gateway.services().refused_connections == 0);
}

TEST_CASE("a client that has connected and said nothing is idle, too: silence is no way to keep others out") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  TestGateway gateway(limited_to(2, backend));
  std::vector<Peer> silent;
  for (size_t n = 1; n <= 2; ++n) {
    silent.push_back(gateway.connect());
    wait_until_idle(gateway, n);
  }
  Peer newcomer = gateway.connect();
  CHECK(is_served(newcomer));
  CHECK(silent[0].read_to_end().empty());
}

TEST_CASE("an urgent byte is the beginning of a request like any other: it keeps no place for ever") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  TestGateway gateway(TestGateway::in_front_of({backend.address()}, "{max_connections: 1, header_timeout: 200ms}"));
  Peer urgent = gateway.connect();
  CHECK(is_served(urgent));
  wait_until_idle(gateway, 1);
  REQUIRE(::send(urgent.fd(), "G", 1, MSG_OOB) == 1);
  CHECK(urgent.read_response().status() == 408);
  CHECK(urgent.ends());
}

TEST_CASE("where no connection is idle, the newcomer is answered 503 at once and closed") {
  HeldBackend backend;
  TestGateway gateway(limited_to(2, backend.upstream()));
  Peer first = gateway.connect();
  Peer second = gateway.connect();
  first.send(get);
  second.send(get);
  backend.wait_for_requests(2);

  Peer newcomer = gateway.connect();  // and says nothing: the answer does not wait for a request
  const Response refusal = newcomer.read_response();
  CHECK(refusal.status() == 503);
  CHECK(refusal.complete);
  CHECK(refusal.head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  CHECK(refusal.field("Retry-After") == "1");
  CHECK(refusal.field("Connection") == "close");
  CHECK(refusal.field("Content-Type") == "application/json");
  const std::string trace_id = refusal.field("X-Request-ID");
  CHECK(refusal.body ==
        "{\"error\":\"the gateway has no free connection\",\"status\":503,\"trace_id\":\"" + trace_id + "\"}\n");
  CHECK(newcomer.read_to_end().empty());
  CHECK_FALSE(newcomer.is_reset());

  const std::string line = gateway.wait_for_access_lines(1).front();
  CHECK(test::json_field(line, "status") == "503");
  CHECK(test::json_field(line, "error") == "too_many_connections");
  CHECK(test::json_field(line, "trace_id") == trace_id);
  CHECK(test::json_field(line, "client_ip") == "127.0.0.1");
  CHECK(gateway.services().refused_connections == 1);

  backend.answer();
  CHECK(first.read_response().body == "hello");  // nobody else has noticed
  CHECK(second.read_response().body == "hello");
  wait_until_idle(gateway, 2);
  Peer next = gateway.connect();
  CHECK(is_served(next));
}

TEST_CASE("a refused client that sends its request late, or a large one, still reads its 503") {
  HeldBackend backend;
  TestGateway gateway(limited_to(1, backend.upstream()));
  Peer first = gateway.connect();
  first.send(get);
  backend.wait_for_requests(1);
  for (const size_t bytes : {size_t{1}, size_t{1000}, size_t{100'000}}) {
    CAPTURE(bytes);
    Peer newcomer = gateway.connect();
    REQUIRE(eventually([&] { return gateway.services().refused_connections > 0; }));
    CHECK(newcomer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(bytes) + "\r\n\r\n"));
    CHECK(newcomer.send(std::string(bytes, 'x')));
    const Response refusal = newcomer.read_response();
    CHECK(refusal.status() == 503);
    CHECK(refusal.complete);
    CHECK(newcomer.read_to_end().empty());
    CHECK_FALSE(newcomer.is_reset());
  }
  backend.answer();
  CHECK(first.read_response().body == "hello");
}

TEST_CASE("a crowd of newcomers is refused one by one, each with a whole answer") {
  HeldBackend backend;
  TestGateway gateway(limited_to(1, backend.upstream()));
  Peer first = gateway.connect();
  first.send(get);
  backend.wait_for_requests(1);
  constexpr size_t crowd = 200;
  std::vector<Peer> newcomers;
  for (size_t i = 0; i < crowd; ++i) newcomers.push_back(gateway.connect());
  for (Peer& newcomer : newcomers) {
    const Response refusal = newcomer.read_response();
    CHECK(refusal.status() == 503);
    CHECK(refusal.complete);
  }
  CHECK(gateway.wait_for_access_lines(crowd).size() == crowd);
  backend.answer();
  CHECK(first.read_response().body == "hello");
}

TEST_CASE("a client that goes on with what nobody wants makes room in a moment once another one found none") {
  const TestGateway gateway("server: {max_connections: 1}\nroutes: [{path: /x, backends: [\"127.0.0.1:1\"]}]\n");
  Peer client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
  CHECK(client.read_response().status() == 404);
  CHECK(client.read_to_end().empty());  // and what it sends from here on is dropped
  CHECK(gateway.connect().read_response().status() == 503);
  const test::ShiftedClock moment_later(std::chrono::seconds(3), CLOCK_MONOTONIC);
  CHECK(eventually([&] { return !client.send("x"); }));
}

TEST_CASE("256 clients that connect at once are all served") {
  constexpr size_t crowd = 256;
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  TestGateway gateway(limited_to(crowd, backend));
  std::vector<Peer> clients;
  for (size_t i = 0; i < crowd; ++i) {
    clients.push_back(gateway.connect());
    clients.back().send(get);
  }
  for (Peer& client : clients) CHECK(client.read_response().body == "hello");
  CHECK(gateway.services().refused_connections == 0);
  CHECK(gateway.gateway().workers().workers() == crowd);
}

}  // namespace
}  // namespace glassgate
