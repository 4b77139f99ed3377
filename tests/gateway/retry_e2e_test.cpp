// Retries as clients, backends and operators see them.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/fleet.h"

namespace glassgate::test {
namespace {

std::string nobody() {
  return "127.0.0.1:" + std::to_string(unused_port());
}

// Takes a request and closes.
void takes_and_closes(Peer& peer, int /*number*/) {
  peer.read_request();
}

std::string last_logged(const TestGateway& gateway, size_t n, const std::string& key) {
  return json_field(gateway.wait_for_access_lines(n).at(n - 1), key);
}

TEST_CASE("no GET fails when one of three backends is killed under load") {
  for (const std::string balancer : {"round_robin", "weighted_round_robin", "least_connections"}) {
    CAPTURE(balancer);
    NamedUpstream a("a");
    NamedUpstream b("b");
    NamedUpstream c("c");
    const TestGateway gateway(fleet_of({a.address(), b.address(), c.address()},
                                       "balancer: " + balancer +
                                           ", retries: 2, health: {active: {interval: 20ms, unhealthy_after: 1}}, "
                                           "circuit_breaker: {max_failures: 3, open_for: 1h}"));
    std::atomic<int> failed{0};
    std::atomic<int> answered{0};
    std::atomic<bool> enough{false};
    std::vector<std::thread> clients;
    for (int t = 0; t < 4; ++t) {
      clients.emplace_back([&] {
        Peer client = gateway.connect();
        while (!enough) {
          client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
          ++(client.read_response().status() == 200 ? answered : failed);
        }
      });
    }
    CHECK(eventually([&] { return b.requests >= 100; }));
    b.stop();
    const int then = answered;
    CHECK(eventually([&] { return answered >= then + 300; }));
    enough = true;
    for (std::thread& client : clients) client.join();
    CHECK(failed == 0);
  }
}

TEST_CASE("a POST that was sent is not repeated, one that could not be sent is") {
  ScriptedUpstream closes(takes_and_closes);
  NamedUpstream well("well");
  const std::string body = "Content-Length: 5\r\n\r\nhello";
  const TestGateway sent(fleet_of({closes.address(), well.address()}, "retries: 1"));
  CHECK(sent.exchange("POST / HTTP/1.1\r\nHost: h\r\n" + body).starts_with("HTTP/1.1 502 "));
  CHECK(closes.connections() == 1);
  CHECK(well.requests == 0);
  const TestGateway refused(fleet_of({nobody(), well.address()}, "retries: 1"));
  CHECK(refused.exchange("POST / HTTP/1.1\r\nHost: h\r\n" + body).ends_with("well"));
  CHECK(well.requests == 1);
}

TEST_CASE("with every default, a backend that refuses connections costs no request, and is met in its turn alone") {
  NamedUpstream well("well");
  for (const std::string balancer : {"round_robin", "least_connections"}) {
    CAPTURE(balancer);
    const TestGateway gateway(fleet_of({nobody(), well.address()}, "balancer: " + balancer));
    int well_at_once = 0;
    for (size_t i = 1; i <= 60; ++i) {
      CHECK(get(gateway).body == "well");
      well_at_once += last_logged(gateway, i, "attempts") == "1" ? 1 : 0;
    }
    CHECK(well_at_once == 30);
    CHECK(json_of(gateway.admin("/status")).at("upstreams").at(0).at("retries_refused").text == "0");
  }
}

TEST_CASE("after a byte of the answer a request is not repeated: the client sees it cut") {
  ScriptedUpstream cuts([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
  });
  NamedUpstream well("well");
  const TestGateway gateway(fleet_of({cuts.address(), well.address()}, "retries: 1"));
  const Response answer = get(gateway);
  CHECK_FALSE(answer.complete);
  CHECK(answer.body == "abc");
  CHECK(well.requests == 0);
}

TEST_CASE("a backend's own 5xx is its answer, and nobody else is asked") {
  NamedUpstream ill("ill");
  NamedUpstream well("well");
  ill.status = 503;
  const TestGateway gateway(fleet_of({ill.address(), well.address()}, "retries: 1"));
  const Response answer = get(gateway);
  CHECK(answer.status() == 503);
  CHECK(answer.body == "ill");
  CHECK(well.requests == 0);
}

TEST_CASE("as many others are tried as `retries` says, each once, and the log and /status show it") {
  const struct {
    int retries;
    int status;
    std::string attempts;
  } rows[] = {{0, 502, "1"}, {1, 502, "2"}, {2, 502, "3"}, {3, 200, "4"}, {10, 200, "4"}};
  for (const auto& row : rows) {
    CAPTURE(row.retries);
    ScriptedUpstream first(takes_and_closes);
    ScriptedUpstream second(takes_and_closes);
    ScriptedUpstream third(takes_and_closes);
    NamedUpstream well("well");
    const TestGateway gateway(fleet_of({first.address(), second.address(), third.address(), well.address()},
                                       "balancer: weighted_round_robin, retries: " + std::to_string(row.retries)));
    CHECK(get(gateway).status() == row.status);
    CHECK(last_logged(gateway, 1, "attempts") == row.attempts);
    CHECK(last_logged(gateway, 1, "status") == std::to_string(row.status));
    CHECK(first.connections() + second.connections() + third.connections() + well.requests == std::stoi(row.attempts));
    CHECK(json_of(gateway.admin("/status")).at("upstreams").at(0).at("retries").text ==
          std::to_string(std::stoi(row.attempts) - 1));
  }
}

TEST_CASE("the log names the backends that were asked last and first, and their failures") {
  ScriptedUpstream closes(takes_and_closes);
  ScriptedUpstream between(takes_and_closes);
  const std::string last = nobody();
  const TestGateway gateway(fleet_of({closes.address(), between.address(), last}, "retries: 2"));
  CHECK(get(gateway).status() == 502);
  CHECK(last_logged(gateway, 1, "backend") == last);
  CHECK(last_logged(gateway, 1, "error") == "backend_unreachable");
  CHECK(last_logged(gateway, 1, "first_backend") == closes.address());
  CHECK(last_logged(gateway, 1, "first_error") == "backend_closed");
}

TEST_CASE("a request that was rescued has a line that says from what, and one that needed nobody else has not") {
  ScriptedUpstream closes(takes_and_closes);
  NamedUpstream well("well");
  const TestGateway gateway(fleet_of({closes.address(), well.address()}, "retries: 1"));
  CHECK(get(gateway).status() == 200);
  CHECK(last_logged(gateway, 1, "error") == "-");
  CHECK(last_logged(gateway, 1, "first_backend") == closes.address());
  CHECK(last_logged(gateway, 1, "first_error") == "backend_closed");
  CHECK(get(gateway).status() == 200);
  CHECK(gateway.wait_for_access_lines(2).back().find("first_") == std::string::npos);
}

TEST_CASE("an upstream of one backend has nobody to try, and counts no retries") {
  ScriptedUpstream closes(takes_and_closes);
  const TestGateway gateway(fleet_of({closes.address()}, "retries: 3"));
  for (int i = 0; i < 20; ++i) CHECK(get(gateway).status() == 502);
  CHECK(closes.connections() == 20);
  CHECK(last_logged(gateway, 20, "attempts") == "1");
  const Json upstream = json_of(gateway.admin("/status")).at("upstreams").at(0);
  CHECK(upstream.at("retries").text == "0");
  CHECK(upstream.at("retries_refused").text == "0");
}

// The connections that n requests cost when every backend fails.
int attempts_for(int requests, int threads, int retries) {
  std::atomic<int> attempts{0};
  const auto closes = [&attempts](Peer& peer, int) {
    ++attempts;
    peer.read_request();
  };
  ScriptedUpstream a(closes);
  ScriptedUpstream b(closes);
  ScriptedUpstream c(closes);
  const TestGateway gateway(fleet_of({a.address(), b.address(), c.address()}, "retries: " + std::to_string(retries)));
  std::vector<std::thread> clients;
  std::atomic<int> wrong{0};
  for (int t = 0; t < threads; ++t) {
    clients.emplace_back([&] {
      for (int i = 0; i < requests / threads; ++i) wrong += get(gateway).status() == 502 ? 0 : 1;
    });
  }
  for (std::thread& client : clients) client.join();
  CHECK(wrong == 0);
  const Json upstream = json_of(gateway.admin("/status")).at("upstreams").at(0);
  CHECK(attempts == requests + std::stoi(upstream.at("retries").text));
  CHECK(std::stoi(upstream.at("retries_refused").text) > 0);
  return attempts;
}

TEST_CASE("when all backends are dead, retries stay within the budget: a fifth of the requests, or ten") {
  for (const int threads : {1, 4}) {
    for (const int retries : {1, 2}) {
      CAPTURE(threads);
      CAPTURE(retries);
      const int few = attempts_for(20, threads, retries);
      CHECK(few == 20 + 10);
      const int many = attempts_for(400, threads, retries);
      CHECK(many > 400);
      CHECK(many <= 400 + 80);
    }
  }
}

TEST_CASE("a client that waits for a retry gets one answer, and its connection goes on") {
  ScriptedUpstream closes(takes_and_closes);
  NamedUpstream well("well");
  const TestGateway gateway(fleet_of({closes.address(), well.address()}, "retries: 1"));
  Peer client = gateway.connect();
  for (int i = 0; i < 5; ++i) {
    client.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    const Response answer = client.read_response();
    CHECK(answer.status() == 200);
    CHECK(answer.body == "well");
  }
  CHECK(client.read_available().empty());
}

}  // namespace
}  // namespace glassgate::test
