// 300 clients at once, and 128 descriptors.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/descriptors.h"
#include "support/gate.h"
#include "support/gateway_process.h"
#include "support/json_reader.h"

namespace glassgate::test {
namespace {

constexpr size_t descriptors = 128;
constexpr size_t served_at_once = connections_that_fit(descriptors);
constexpr size_t all = 300;

struct Crowd {
  Gate gate;  // before the scripts that wait for it
  ScriptedUpstream backend{[this](Peer& peer, int) {
    while (!peer.read_request().empty()) {
      backend.note("asked");
      gate.wait();
      if (!peer.send(ok("hello"))) return;
    }
  }};
  GatewayProcess gateway{TestGateway::in_front_of({backend.address()}), descriptors};
  size_t before = descriptors_in_use();

  // Behind an answer of either side, so that both have what they need; and when no worker has a connection any more, so
  // that as many as fit may come.
  size_t descriptors_in_use() {
    {
      Peer client = gateway.connect();
      client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n");
      CHECK(client.read_response().status() == 200);
    }
    wait_until_all_are_free();
    return gateway.process().descriptors();
  }

  void wait_until_all_are_free() const {
    REQUIRE(eventually([this] { return json_of(gateway.admin("/status")).at("workers").at("busy").text == "0"; }));
  }

  std::vector<Peer> come() {
    std::vector<Peer> clients;
    for (size_t i = 0; i < all; ++i) {
      clients.push_back(gateway.connect());
      clients.back().send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    }
    return clients;
  }
};

TEST_CASE(
    "of 300 clients with 128 descriptors as many as fit are served, the others answered 503, and all of it ends") {
  Crowd crowd;
  CHECK(crowd.gateway.process().err().find("using " + std::to_string(served_at_once)) != std::string::npos);
  for (int round = 1; round <= 2; ++round) {
    CAPTURE(round);
    std::vector<Peer> clients = crowd.come();
    if (round == 1) crowd.backend.wait_for_notes(served_at_once);
    size_t refused = 0;
    const auto is_settled = [&] {
      return json_of(crowd.gateway.admin("/status")).at("connections").at("refused").text ==
             std::to_string(all - served_at_once);
    };
    if (round == 1) CHECK(eventually(is_settled));
    crowd.gate.open();
    for (Peer& client : clients) {
      const Response answer = client.read_response();
      CAPTURE(answer.head + answer.body);
      CAPTURE(client.is_reset());
      CAPTURE(&client - clients.data());
      CHECK(answer.complete);
      refused += answer.status() == 503 ? 1 : 0;
      CHECK((answer.status() == 503 || answer.body == "hello"));
    }
    CHECK(refused <= all - served_at_once);
    if (round == 1) CHECK(refused == all - served_at_once);
    clients.clear();
    crowd.wait_until_all_are_free();
  }
  for (size_t i = 0; i < 2 * all; ++i) {
    Peer client = crowd.gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(client.read_response().body == "hello");
    client.ends();
  }
  // Those that were refused are closed two seconds later; connections to the backend stay in the pool.
  const auto is_back = [&] {
    const Json status = json_of(crowd.gateway.admin("/status"));
    const Json& backend = status.at("upstreams").at(0).at("backends").at(0);
    const size_t pooled = std::stoul(backend.at("idle_connections").text);
    return status.at("connections").at("open").text == "0" && backend.at("failures").text == "0" &&
           crowd.gateway.process().descriptors() <= crowd.before + pooled;
  };
  CHECK(eventually(is_back));
}

}  // namespace
}  // namespace glassgate::test
