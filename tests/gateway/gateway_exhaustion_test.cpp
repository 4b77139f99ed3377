// The real program without descriptors, and under clients that only make trouble: it goes on, and stops when it is
// told to.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

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
  GatewayProcess gateway(TestGateway::in_front_of({backend.address()}));
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
