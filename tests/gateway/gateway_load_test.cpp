// The same promises while many clients are at it: nothing is cut in the middle, and nobody is blamed for what the
// gateway did.
#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
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
using test::Response;
using test::ScriptedUpstream;
using test::TestGateway;

const std::string large(200'000, 'x');

// Small, large, in chunks, and an echo.
void answer_by_path(Peer& peer, int) {
  for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    if (request.starts_with("GET /large ")) {
      if (!peer.send(test::ok(large))) return;
    } else if (request.starts_with("GET /chunks ")) {
      std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
      for (int i = 0; i < 20; ++i) answer += test::chunk(large.substr(0, 10'000));
      if (!peer.send(answer + std::string(test::last_chunk))) return;
    } else if (!peer.send(test::ok(request.substr(request.find("\r\n\r\n") + 4)))) {
      return;
    }
  }
}

struct Exchange {
  std::string request;
  std::string expected;
};

const std::vector<Exchange> exchanges{
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "hello"},
    {"GET /large HTTP/1.1\r\nHost: a\r\n\r\n", large},
    {"GET /chunks HTTP/1.1\r\nHost: a\r\n\r\n", large},
    {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + large, large},
};

struct Outcome {
  std::atomic<int> whole{0};
  std::atomic<int> unanswered{0};  // the connection ended before a byte of the answer
  std::atomic<int> refused{0};     // 503
  std::atomic<int> wrong{0};       // anything else: cut in the middle, another status, another body
};

// False when the connection is over.
bool do_one(Peer& peer, const Exchange& exchange, Outcome& outcome) {
  peer.send(exchange.request);
  const Response answer = peer.read_response();
  if (answer.head.empty()) {
    ++outcome.unanswered;
    return false;
  }
  const bool whole = answer.complete && answer.status() == 200 && answer.body == exchange.expected;
  const bool refused = answer.complete && answer.status() == 503;
  ++(whole ? outcome.whole : refused ? outcome.refused : outcome.wrong);
  return whole && answer.field("Connection") != "close";
}

// Requests, one after the other, until the gateway takes no more connections.
void client(uint16_t port, size_t first, Outcome& outcome) {
  size_t n = first;
  try {
    for (;;) {
      Peer peer = Peer::connect_to(port);
      while (do_one(peer, exchanges[n++ % exchanges.size()], outcome)) {
      }
    }
  } catch (const std::runtime_error&) {
    // refused: the gateway is gone
  }
}

TEST_CASE("30 clients at work while SIGTERM comes: every answer that begins is whole, and none is cut (I1)") {
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    ScriptedUpstream backend(answer_by_path);
    GatewayProcess gateway(TestGateway::in_front_of({backend.address()}, "drain_timeout: 1h"));
    Outcome outcome;
    std::vector<std::thread> clients;
    for (size_t i = 0; i < 30; ++i) clients.emplace_back(client, gateway.port(), i, std::ref(outcome));
    CHECK(eventually([&] { return outcome.whole > 300; }));
    gateway.process().signal(SIGTERM);
    CHECK(gateway.process().wait() == 0);
    for (std::thread& thread : clients) thread.join();
    CHECK(outcome.wrong == 0);
    CHECK(outcome.refused == 0);
    CHECK(json_field(gateway.log_lines("\"event\":\"stopped\"").front(), "requests_cut") == "0");
    CHECK(gateway.log_lines("\"event\":\"access\"").size() >= static_cast<size_t>(outcome.whole));
    CHECK(backend.error().empty());
  }
}

// Sends its request in two pieces, so that it is easily caught between them.
void client_in_two_pieces(uint16_t port, std::atomic<bool>& stop, Outcome& outcome) {
  while (!stop) {
    Peer peer = Peer::connect_to(port);
    while (!stop) {
      if (!peer.send("POST / HTTP/1.1\r\nHost: a\r\nContent-")) break;
      if (!do_one(peer, {"Length: 5\r\n\r\nhello", "hello"}, outcome)) break;
    }
  }
}

TEST_CASE("clients that fight for too few connections are served, refused, or closed between requests; nothing else") {
  ScriptedUpstream backend(answer_by_path);
  TestGateway gateway(TestGateway::in_front_of({backend.address()}, "max_connections: 3"));
  Outcome outcome;
  std::atomic<bool> stop{false};
  std::vector<std::thread> clients;
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back(client_in_two_pieces, gateway.port(), std::ref(stop), std::ref(outcome));
  }
  CHECK(eventually([&] { return outcome.whole + outcome.refused + outcome.unanswered > 2000; }));
  stop = true;
  for (std::thread& thread : clients) thread.join();
  CHECK(outcome.wrong == 0);
  CHECK(outcome.whole > 0);
}

}  // namespace
}  // namespace glassgate
