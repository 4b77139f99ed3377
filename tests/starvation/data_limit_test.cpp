// The real program under RLIMIT_DATA, which binds root, too: first so that no thread's stack can be had any more, then
// so that hardly any memory can.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

#include "support/gate.h"
#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/sanitized.h"

namespace glassgate::test {
namespace {

const std::string get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

// What a thread's stack takes is 256 KiB.
constexpr long less_than_a_stack_kib = 128;
constexpr long next_to_nothing_kib = 64;

void allow_only(const Process& process, long more_kib) {
  process.limit(RLIMIT_DATA, static_cast<unsigned long>(process.status_kib("VmData") + more_kib) * 1024);
}

void allow_all(const Process& process) {
  process.limit(RLIMIT_DATA, RLIM_INFINITY);
}

bool is_served(Peer& client) {
  return client.send(get) && client.read_response().body == "hello";
}

void check_all_are_served(const GatewayProcess& gateway, size_t n) {
  std::vector<Peer> clients;
  for (size_t i = 0; i < n; ++i) {
    clients.push_back(gateway.connect());
    CHECK(is_served(clients.back()));
  }
  for (Peer& client : clients) CHECK(is_served(client));
}

// Answers each request when the gate is open.
struct Holding {
  Gate gate;  // before the scripts that wait for it
  ScriptedUpstream upstream{[this](Peer& peer, int) {
    while (!peer.read_request().empty()) {
      upstream.note("asked");
      gate.wait();
      if (!peer.send(ok("hello"))) return;
    }
  }};
};

TEST_CASE("when no thread can be made, newcomers are answered 503, and served as soon as one can") {
  if (is_sanitized) {
    MESSAGE("skipped: a sanitizer does not live with this limit");
    return;
  }
  Holding backend;
  GatewayProcess gateway(TestGateway::in_front_of({backend.upstream.address()}));
  std::vector<Peer> busy;
  for (int i = 0; i < 4; ++i) {
    busy.push_back(gateway.connect());
    busy.back().send(get);
  }
  backend.upstream.wait_for_notes(4);
  gateway.admin("/status");  // so that there is a thread for it
  allow_only(gateway.process(), less_than_a_stack_kib);
  for (int i = 0; i < 20; ++i) {
    Peer newcomer = gateway.connect();
    newcomer.send(get);
    const Response answer = newcomer.read_response();
    CHECK(answer.status() == 503);
    CHECK(answer.field("Retry-After") == "1");
  }
  backend.gate.open();
  for (Peer& client : busy) CHECK(client.read_response().body == "hello");
  for (Peer& client : busy) CHECK(is_served(client));
  CHECK(json_of(gateway.admin("/status")).at("connections").at("refused").text == "20");

  // Those who are idle make room, as they do at the limit of connections.
  CHECK(eventually([&] { return json_of(gateway.admin("/status")).at("connections").at("idle").text == "4"; }));
  Peer newcomer = gateway.connect();
  CHECK(is_served(newcomer));
  allow_all(gateway.process());
  check_all_are_served(gateway, 20);
}

std::string large_request(size_t bytes) {
  std::string out = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; out.size() + 1000 < bytes; ++i)
    out += "X-" + std::to_string(i) + ": " + std::string(950, 'x') + "\r\n";
  return out + "\r\n";
}

TEST_CASE("when there is no memory for large heads, their requests fail one by one, and nothing else does") {
  if (is_sanitized) {
    MESSAGE("skipped: a sanitizer does not live with this limit");
    return;
  }
  ScriptedUpstream backend(ScriptedUpstream::always(ok("hello")));
  GatewayProcess gateway(TestGateway::in_front_of({backend.address()}));
  constexpr size_t connected = 30;
  std::vector<Peer> clients;
  for (size_t i = 0; i < connected; ++i) {
    clients.push_back(gateway.connect());
    CHECK(is_served(clients.back()));
  }
  gateway.admin("/status");
  allow_only(gateway.process(), next_to_nothing_kib);
  const std::string request = large_request(60'000);
  for (Peer& client : clients) client.send(request.substr(0, request.size() - 1));  // so that all are held at once
  size_t not_served = 0;
  for (Peer& client : clients) {
    client.send(request.substr(request.size() - 1));
    const Response answer = client.read_response();
    const bool is_good = answer.status() == 200 && answer.body == "hello";
    const bool is_refused = answer.head.empty() || answer.status() == 500 || answer.status() == 503;
    CHECK((is_good || is_refused));
    not_served += is_good ? 0 : 1;
  }
  CHECK(not_served > 0);  // otherwise there was memory
  CHECK_FALSE(gateway.process().has_ended());
  allow_all(gateway.process());
  check_all_are_served(gateway, connected);
  clients.clear();
  const auto is_over = [&] { return gateway.admin("/status").find("\"open\":0,\"idle\":0") != std::string::npos; };
  CHECK(eventually(is_over));
  const Json status = json_of(gateway.admin("/status"));
  CHECK(status.at("upstreams").at(0).at("backends").at(0).at("in_flight").text == "0");
  CHECK(status.at("upstreams").at(0).at("backends").at(0).at("failures").text == "0");
}

// For a name, a thread asks the system, which has memory of its own to ask for. Where it runs out depends on what was
// used before, so each gateway is left a little more than the one before it.
TEST_CASE("when there is no memory to look a name up with, that costs a request or a connection, not the process") {
  if (is_sanitized) {
    MESSAGE("skipped: a sanitizer does not live with this limit");
    return;
  }
  ScriptedUpstream backend(ScriptedUpstream::always(ok("hello")));
  const std::string by_name = "localhost:" + std::to_string(backend.port());
  size_t served = 0;
  constexpr size_t gateways = 25;
  for (size_t i = 0; i < gateways; ++i) {
    GatewayProcess gateway("routes:\n  - {path: /, backends: [\"" + backend.address() +
                           "\"]}\n  - {path: /by_name, backends: [\"" + by_name + "\"]}\n");
    Peer client = gateway.connect();
    CHECK(is_served(client));
    allow_only(gateway.process(), 250 + 2 * static_cast<long>(i));
    client.send("GET /by_name HTTP/1.1\r\nHost: h\r\n\r\n");
    const Response answer = client.read_response();
    CAPTURE(answer.head);
    CHECK((answer.head.empty() || answer.status() == 200 || answer.status() >= 500));
    served += answer.body == "hello" ? 1 : 0;
    allow_all(gateway.process());
    REQUIRE_FALSE(gateway.process().has_ended());
    check_all_are_served(gateway, 1);
  }
  CHECK(served < gateways);  // otherwise there was memory for all
}

}  // namespace
}  // namespace glassgate::test
