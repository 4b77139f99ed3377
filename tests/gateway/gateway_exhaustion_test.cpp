// The real program without descriptors, and under clients that only make trouble: it goes on, and stops when it is
// told to.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "support/gate.h"
#include "support/gateway_process.h"
#include "support/net.h"
#include "support/scripted_upstream.h"

namespace glassgate {
namespace {

using test::eventually;
using test::GatewayProcess;
using test::json_field;
using test::Peer;
using test::Process;
using test::ScriptedUpstream;
using test::TestGateway;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr unsigned long plenty = 1000;

std::string descriptor(const Process& process, unsigned long number) {
  return "/proc/" + std::to_string(process.pid()) + "/fd/" + std::to_string(number);
}

// None beyond the highest that is in use.
void exhaust_descriptors(const Process& process) {
  unsigned long highest = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(process.pid()) + "/fd")) {
    highest = std::max(highest, std::stoul(entry.path().filename().string()));
  }
  process.limit_descriptors(highest + 1);
}

bool is_served(Peer& client) {
  return client.send(get) && client.read_response().body == "hello";
}

// Those of sockets that are open now, and what becomes free among them. (A number between them may be without an owner,
// because accept() takes its own in advance.)
void allow_no_new_descriptor(const Process& process) {
  unsigned long number = plenty;
  std::error_code none;
  while (!std::filesystem::read_symlink(descriptor(process, number), none).string().starts_with("socket")) --number;
  process.limit_descriptors(number + 1);
}

TEST_CASE(
    "out of descriptors, those who are connected are served, and the others are as soon as there are some again") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  GatewayProcess gateway(TestGateway::in_front_of({backend.address()}), plenty);
  Peer connected = gateway.connect();
  CHECK(is_served(connected));
  gateway.process().limit_descriptors(0);  // those that are in use stay
  const Peer silent = gateway.connect();   // accept(), which waits already, has one in hand for the next connection
  std::vector<Peer> newcomers;
  for (int i = 0; i < 10; ++i) {
    newcomers.push_back(gateway.connect());  // as far as the kernel's backlog
    newcomers.back().send(get);
  }
  for (int i = 0; i < 20; ++i) CHECK(is_served(connected));
  gateway.process().limit_descriptors(plenty);
  for (Peer& newcomer : newcomers) CHECK(newcomer.read_response().body == "hello");
  for (int i = 0; i < 20; ++i) {
    Peer next = gateway.connect();
    CHECK(is_served(next));
  }
}

std::string routes_to(const ScriptedUpstream& first, const ScriptedUpstream& second) {
  return "routes:\n  - {path: /first, backends: [" + first.address() + "]}\n  - {path: /second, backends: [" +
         second.address() + "]}\n";
}

std::string get_of(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

// Answers each request when `all_there` is open, so that each has a connection of its own.
struct Holding {
  test::Gate all_there;  // before the scripts that wait for it
  ScriptedUpstream upstream{[this](Peer& peer, int) {
    while (!peer.read_request().empty()) {
      upstream.note("asked");
      all_there.wait();
      if (!peer.send(test::ok("hello"))) return;
    }
    upstream.note("closed");
  }};
};

TEST_CASE("pooled connections that wait are closed when requests need their descriptors") {
  Holding first;
  Holding second;
  GatewayProcess gateway(routes_to(first.upstream, second.upstream), plenty);
  std::vector<Peer> clients;
  constexpr size_t pooled = 8;
  for (size_t i = 0; i < pooled; ++i) {
    clients.push_back(gateway.connect());
    clients.back().send(get_of("/first"));
  }
  first.upstream.wait_for_notes(pooled);
  first.all_there.open();
  for (Peer& client : clients) {
    CHECK(client.read_response().body == "hello");
    client.send(get_of("/nowhere"));
    CHECK(client.read_response().status() == 404);  // so its backend's connection is in the pool
  }
  allow_no_new_descriptor(gateway.process());
  for (size_t i = 0; i < pooled / 2; ++i) clients[i].send(get_of("/second"));
  second.upstream.wait_for_notes(pooled / 2);
  second.all_there.open();
  for (size_t i = 0; i < pooled / 2; ++i) CHECK(clients[i].read_response().body == "hello");
  first.upstream.wait_for_notes(pooled + 1);  // one that was idle is closed
}

TEST_CASE("out of descriptors for good, a request is answered 503, and its backend is not to blame") {
  ScriptedUpstream first(ScriptedUpstream::always(test::ok("hello")));
  GatewayProcess gateway(TestGateway::in_front_of({first.address()}), plenty);
  Peer client = gateway.connect();
  client.send("OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n");
  CHECK(client.read_response().status() == 200);
  gateway.process().limit_descriptors(0);
  client.send(get);
  const test::Response response = client.read_response();
  CHECK(response.status() == 503);
  CHECK(response.field("Retry-After") == "1");
  gateway.process().limit_descriptors(plenty);
  client.send(get);
  CHECK(client.read_response().body == "hello");
  CHECK(gateway.admin("/status").find("\"failures\":0") != std::string::npos);
  CHECK(json_field(gateway.wait_for_log_lines("\"event\":\"access\"", 3)[1], "error") == "no_descriptors");
}

TEST_CASE("out of descriptors, the gateway still stops") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  GatewayProcess gateway(TestGateway::in_front_of({backend.address()}, "drain_timeout: 1h"), plenty);
  Peer connected = gateway.connect();
  CHECK(is_served(connected));
  exhaust_descriptors(gateway.process());
  std::vector<Peer> newcomers;
  for (int i = 0; i < 10; ++i) newcomers.push_back(gateway.connect());
  gateway.process().signal(SIGTERM);
  CHECK(gateway.process().wait() == 0);
  CHECK(connected.read_to_end().empty());
  CHECK(json_field(gateway.log_lines("\"event\":\"stopped\"").front(), "requests_cut") == "0");
}

// Resets its connection at once, after a part of a request, or with an answer on its way.
void make_trouble(uint16_t port, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    for (const std::string& part : {std::string(), get.substr(0, 7), get, get + get + get}) {
      Peer peer = Peer::connect_to(port);
      peer.send(part);
      peer.reset();
    }
  }
}

TEST_CASE("a storm of clients that reset their connections leaves nothing behind") {
  ScriptedUpstream backend(ScriptedUpstream::always(test::ok("hello")));
  // Room for all of them at once: where they pile up, on a slow machine, nobody idle has to give way to them.
  GatewayProcess gateway(TestGateway::in_front_of({backend.address()}, "max_connections: 2000"));
  Peer connected = gateway.connect();
  CHECK(is_served(connected));
  std::vector<std::thread> storm;
  for (int i = 0; i < 4; ++i) storm.emplace_back(make_trouble, gateway.port(), 100);
  for (int i = 0; i < 50; ++i) CHECK(is_served(connected));
  for (std::thread& thread : storm) thread.join();
  CHECK(eventually([&] { return gateway.admin("/status").find("\"open\":1,") != std::string::npos; }));
  CHECK(is_served(connected));
  gateway.process().signal(SIGTERM);
  CHECK(gateway.process().wait() == 0);
}

}  // namespace
}  // namespace glassgate
