// SIGTERM while clients are at it: what the gateway has taken, it answers, and what it does not answer, no backend saw.
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "gateway/client_loop.h"
#include "gateway/services.h"
#include "support/gateway_process.h"
#include "support/load.h"

namespace glassgate::test {
namespace {

// GLASSGATE_ROUNDS=200 for a longer look.
int rounds(int usual) {
  const char* wanted = std::getenv("GLASSGATE_ROUNDS");
  return wanted == nullptr ? usual : std::atoi(wanted);
}

// Answers each request, and notes its path.
void answer_and_note(ScriptedUpstream& upstream, Peer& peer) {
  for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    const size_t path = request.find(' ') + 1;
    const std::string asked = request.substr(path, request.find(' ', path) - path);
    // Somebody else's client may try this port, which was its own gateway's a moment ago.
    if (asked.starts_with("/" + std::to_string(::getpid()) + "/")) upstream.note(asked);
    if (!peer.send(ok("hello"))) return;
  }
}

TEST_CASE("SIGTERM under load cuts no answer, and a request without one was passed to nobody") {
  for (int round = 0; round < rounds(20); ++round) {
    CAPTURE(round);
    ScriptedUpstream backend([&backend](Peer& peer, int) { answer_and_note(backend, peer); });
    GatewayProcess gateway(TestGateway::in_front_of({backend.address()}, "drain_timeout: 1h"));
    Load load(gateway.port(), 8);
    load.wait_for_good(100 + 7 * round);
    gateway.process().signal(SIGTERM);
    CHECK(gateway.process().wait() == 0);
    load.wait_for_refusal();

    CHECK(load.bad() == "");
    std::vector<std::string> passed_on = backend.notes();
    std::sort(passed_on.begin(), passed_on.end());
    for (const std::string& path : load.unanswered()) {
      CAPTURE(path);
      CHECK_FALSE(std::binary_search(passed_on.begin(), passed_on.end(), path));
    }
    CHECK(std::adjacent_find(passed_on.begin(), passed_on.end()) == passed_on.end());
    CHECK(passed_on.size() == static_cast<size_t>(load.good()));
    CHECK(json_field(gateway.log_lines("\"event\":\"stopped\"").at(0), "requests_cut") == "0");
    CHECK(gateway.log_lines("\"event\":\"access\"").size() == passed_on.size());
  }
}

// The client has sent its request before the signal, so it may expect an answer: whatever the gateway was just doing.
TEST_CASE("a request that stands in the socket when the drain begins is served") {
  for (int round = 0; round < rounds(5); ++round) {
    ScriptedUpstream backend(ScriptedUpstream::always(ok("hello")));
    GatewayProcess gateway(TestGateway::in_front_of({backend.address()}, "drain_timeout: 1h"));
    std::vector<Peer> clients;
    for (int i = 0; i < 20; ++i) clients.push_back(gateway.connect());
    REQUIRE(eventually([&] { return gateway.admin("/status").find("\"open\":20,\"idle\":20") != std::string::npos; }));
    for (Peer& client : clients) client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    gateway.process().signal(SIGTERM);
    for (Peer& client : clients) CHECK(client.read_response().body == "hello");
    CHECK(gateway.process().wait() == 0);
  }
}

// A worker that comes to its connection only now: the connection was accepted, or its last answer was on its way, when
// the signal came.
TEST_CASE("a request that was there before its worker looked is served, although the gateway is draining") {
  ScriptedUpstream backend(ScriptedUpstream::always(ok("hello")));
  const SystemClock clock;
  Log log{clock};
  Services services{clock, log};
  const std::string yaml = "listen: 127.0.0.1:0\n" + TestGateway::in_front_of({backend.address()});
  services.runtime.swap_in(std::make_shared<const Runtime>(parse_config(yaml).config, nullptr));
  services.draining = true;
  int fds[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
  Peer peer(fds[1]);
  peer.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  {
    ClientConnection client{http::Socket(fds[0]), IpAddress()};
    serve_connection(client, services);
  }
  const Response answer = peer.read_response();
  CHECK(answer.body == "hello");
  CHECK(answer.field("Connection") == "close");
}

}  // namespace
}  // namespace glassgate::test
