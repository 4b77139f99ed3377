// Health checks as they act in a running gateway.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/fleet.h"

namespace glassgate::test {
namespace {

// `more`: YAML inside `active`.
std::string probed(const std::string& more = "unhealthy_after: 1, healthy_after: 1", const std::string& rest = "") {
  return "health: {active: {interval: 10ms, timeout: 20s, " + more + "}" + rest + "}";
}

bool is_healthy(const TestGateway& gateway, size_t i) {
  return backend_of(gateway, i).health.healthy(gateway.services().clock.now());
}

// Who answers n requests, each name once, in the order of their first answers.
std::string who_answers(const TestGateway& gateway, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) {
    const std::string name = get(gateway).body;
    if (out.find(name) == std::string::npos) out += name;
  }
  return out;
}

// "backend reason, ..." of all events of that name so far.
std::string told(const TestGateway& gateway, std::string_view event) {
  std::string out;
  for (const Json& one : events(gateway, event)) {
    out.append(out.empty() ? "" : ", ").append(one.at("backend").text).append(" ").append(one.at("reason").text);
  }
  return out;
}

TEST_CASE("a backend that is ill is taken out, and comes back when it is well; each is logged once") {
  NamedUpstream a("a");
  NamedUpstream b("b");
  TestGateway gateway(fleet_of({a.address(), b.address()}, probed("unhealthy_after: 3, healthy_after: 2")));
  CHECK(who_answers(gateway, 4) == "ab");
  a.health = 500;
  const int before = a.probes;
  REQUIRE(eventually([&] { return !is_healthy(gateway, 0); }));
  CHECK(a.probes >= before + 3);
  CHECK(who_answers(gateway, 10) == "b");
  const Json ill = backend_in_status(gateway, 0).at("health");
  CHECK(ill.at("healthy").text == "false");
  CHECK(ill.at("active").at("last").text == "500, expected 200-399");
  a.health = 200;
  REQUIRE(eventually([&] { return is_healthy(gateway, 0); }));
  const std::string both = who_answers(gateway, 4);
  CHECK((both == "ab" || both == "ba"));
  const int then = a.probes;
  CHECK(eventually([&] { return a.probes >= then + 5; }));
  gateway.stop();
  CHECK(told(gateway, "backend_unhealthy") == a.address() + " probes fail: 500, expected 200-399");
  CHECK(told(gateway, "backend_healthy") == a.address() + " both agree");
}

TEST_CASE("a backend that is gone is taken out") {
  NamedUpstream a("a");
  NamedUpstream b("b");
  const TestGateway gateway(fleet_of({a.address(), b.address()}, probed()));
  REQUIRE(eventually([&] { return a.probes > 0; }));
  a.stop();
  REQUIRE(eventually([&] { return !is_healthy(gateway, 0); }));
  CHECK(who_answers(gateway, 6) == "b");
  CHECK(eventually(
      [&] { return backend_in_status(gateway, 0).at("health").at("active").at("last").text == "no connection"; }));
  CHECK(json_of(gateway.admin("/status")).at("upstreams").at(0).at("retries").text == "0");
}

// Answers the n-th probe (from 0) by the n-th digit of a pattern that repeats: the first digit of a status.
ScriptedUpstream::Script probes_answered(const std::string& pattern, std::atomic<int>& probes) {
  return [pattern, &probes](Peer& peer, int) {
    if (peer.read_request().empty()) return;
    const char digit = pattern[static_cast<size_t>(probes++) % pattern.size()];
    peer.send("HTTP/1.1 " + std::string(1, digit) + "00 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  };
}

TEST_CASE("results that change too soon change nothing: thresholds are in a row") {
  const struct {
    std::string what;
    std::string pattern;
    std::string events;  // "-": out, "+": in; in the end
  } rows[] = {{"two failures of three", "552", ""},
              {"a failure now and then", "2225", ""},
              {"ill once, then never two successes", "5552", "-"}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    std::atomic<int> probes{0};
    ScriptedUpstream upstream(probes_answered(row.pattern, probes));
    TestGateway gateway(fleet_of({upstream.address()}, probed("unhealthy_after: 3, healthy_after: 2")));
    REQUIRE(eventually([&] { return probes >= 20; }));
    gateway.stop();
    CHECK(std::string(events(gateway, "backend_unhealthy").size(), '-') +
              std::string(events(gateway, "backend_healthy").size(), '+') ==
          row.events);
  }
}

TEST_CASE("what a probe expects is what was configured") {
  const struct {
    int status;
    std::string expect;
    bool healthy;
  } rows[] = {{204, "\"204\"", true},  {200, "\"204\"", false}, {301, "200-399", true},
              {301, "200-299", false}, {404, "200-299", false}, {404, "400-499", true}};
  for (const auto& row : rows) {
    CAPTURE(row.status);
    CAPTURE(row.expect);
    ScriptedUpstream upstream(ScriptedUpstream::always("HTTP/1.1 " + std::to_string(row.status) + " X\r\n" +
                                                       (row.status == 204 ? "" : "Content-Length: 0\r\n") + "\r\n"));
    const TestGateway gateway(
        fleet_of({upstream.address()}, probed("unhealthy_after: 1, healthy_after: 1, expect: " + row.expect)));
    REQUIRE(eventually(
        [&] { return backend_in_status(gateway, 0).at("health").at("active").at("probed").text == "true"; }));
    CHECK(is_healthy(gateway, 0) == row.healthy);
  }
}

TEST_CASE("a backend that drips a probe's answer is ill when the time-out is over, and holds up no other's probes") {
  ScriptedUpstream dripping([](Peer& peer, int) {
    if (!peer.read_request().starts_with("GET /health ")) return;
    while (peer.send("H")) std::this_thread::sleep_for(std::chrono::milliseconds(5));  // what dripping is
  });
  NamedUpstream quick("quick");
  const TestGateway gateway(fleet_of({dripping.address(), quick.address()},
                                     "health: {active: {interval: 10ms, timeout: 500ms, unhealthy_after: 2}}"));
  REQUIRE(eventually([&] { return dripping.connections() > 0; }));
  CHECK(eventually([&] { return quick.probes >= 5; }));
  REQUIRE(eventually([&] { return !is_healthy(gateway, 0); }));
  CHECK(who_answers(gateway, 6) == "quick");
  wait_for_events(gateway, "backend_unhealthy", 1);
  CHECK(told(gateway, "backend_unhealthy") == dripping.address() + " probes fail: timed out");
}

TEST_CASE("a backend whose first probe is still under way is used") {
  ScriptedUpstream silent([](Peer& peer, int) {
    if (peer.read_request().starts_with("GET /health ")) peer.ends();
    peer.send(ok("never probed"));
  });
  const TestGateway gateway(
      fleet_of({silent.address()}, "health: {active: {interval: 1h, timeout: 1h}, when_none_healthy: fail_closed}"));
  CHECK(get(gateway).body == "never probed");
  CHECK(backend_in_status(gateway, 0).at("health").at("active").at("probed").text == "false");
}

TEST_CASE("with nobody healthy, fail_open asks them all") {
  NamedUpstream a("a");
  NamedUpstream b("b");
  a.health = b.health = 500;
  const TestGateway gateway(fleet_of({a.address(), b.address()}, probed()));
  REQUIRE(eventually([&] { return !is_healthy(gateway, 0) && !is_healthy(gateway, 1); }));
  CHECK(who_answers(gateway, 6) == "ab");
}

TEST_CASE("with nobody healthy, fail_closed answers 503 and when to come back, and asks nobody") {
  NamedUpstream a("a");
  NamedUpstream b("b");
  a.health = b.health = 500;
  const TestGateway gateway(fleet_of(
      {a.address(), b.address()},
      "health: {active: {interval: 6500ms, timeout: 20s, unhealthy_after: 1}, when_none_healthy: fail_closed}"));
  REQUIRE(eventually([&] { return !is_healthy(gateway, 0) && !is_healthy(gateway, 1); }));
  const Response refused = get(gateway);
  CHECK(refused.status() == 503);
  CHECK(refused.field("Retry-After") == "7");  // the next probe, rounded up
  CHECK(json_of(refused.body).at("error").text == "no backend is available");
  CHECK(a.requests + b.requests == 0);
  const std::string line = gateway.wait_for_access_lines(1).at(0);
  CHECK(json_field(line, "error") == "no_healthy_backend");
  CHECK(json_field(line, "attempts") == "0");
}

TEST_CASE("fail_closed is over with the first backend that is well again") {
  NamedUpstream a("a");
  a.health = 500;
  const TestGateway gateway(
      fleet_of({a.address()}, probed("unhealthy_after: 1, healthy_after: 1", ", when_none_healthy: fail_closed")));
  REQUIRE(eventually([&] { return get(gateway).status() == 503; }));
  a.health = 200;
  CHECK(eventually([&] { return get(gateway).status() == 200; }));
}

TEST_CASE("real traffic that fails takes a backend out; it comes back by itself when the failures are over") {
  NamedUpstream a("a");
  NamedUpstream b("b");
  a.status = 500;
  TestGateway gateway(
      fleet_of({a.address(), b.address()}, "health: {passive: {window: 2s, error_rate: 0.5, min_requests: 4}}"));
  REQUIRE(eventually([&] { return get(gateway).body == "b" && !is_healthy(gateway, 0); }));
  CHECK(a.requests >= 4);
  CHECK(b.requests >= 3);
  wait_for_events(gateway, "backend_unhealthy", 1);
  wait_for_events(gateway, "backend_healthy", 1);  // nobody asked in the meantime
  // The last failures may leave the window a slot later than the first, which was enough to be below min_requests.
  REQUIRE(
      eventually([&] { return backend_in_status(gateway, 0).at("health").at("passive").at("failures").text == "0"; }));
  a.status = 200;
  const std::string both = who_answers(gateway, 4);
  CHECK((both == "ab" || both == "ba"));
  gateway.stop();
  CHECK(told(gateway, "backend_unhealthy").starts_with(a.address() + " real traffic fails: "));
  CHECK(told(gateway, "backend_healthy") == a.address() + " both agree");
}

TEST_CASE("below min_requests, or below the error rate, a backend stays in") {
  const struct {
    std::string what;
    int failures;
    int successes;
    bool healthy;
  } rows[] = {{"too few", 9, 0, true}, {"a half less one", 4, 6, true}, {"a half", 5, 5, false}, {"all", 10, 0, false}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    NamedUpstream a("a");
    const TestGateway gateway(
        fleet_of({a.address()}, "health: {passive: {window: 1h, error_rate: 0.5, min_requests: 10}}"));
    for (int i = 0; i < row.successes; ++i) CHECK(get(gateway).status() == 200);
    a.status = 503;
    for (int i = 0; i < row.failures; ++i) CHECK(get(gateway).status() == 503);
    CHECK(is_healthy(gateway, 0) == row.healthy);
    const Json passive = backend_in_status(gateway, 0).at("health").at("passive");
    CHECK(passive.at("requests").text == std::to_string(row.failures + row.successes));
    CHECK(passive.at("failures").text == std::to_string(row.failures));
  }
}

TEST_CASE("with both checks a backend is well only if both agree, and each keeps its own reasons") {
  const struct {
    int health;
    int status;
    std::string active;
    std::string passive;
  } rows[] = {{200, 200, "true", "true"},
              {500, 200, "false", "true"},
              {200, 500, "true", "false"},
              {500, 500, "false", "false"}};
  for (const auto& row : rows) {
    CAPTURE(row.health);
    CAPTURE(row.status);
    NamedUpstream a("a");
    a.health = row.health;
    a.status = row.status;
    const TestGateway gateway(fleet_of(
        {a.address()}, probed("unhealthy_after: 1", ", passive: {window: 1h, error_rate: 0.5, min_requests: 4}")));
    for (int i = 0; i < 4; ++i) CHECK(get(gateway).status() == row.status);
    REQUIRE(eventually([&] { return a.probes >= 2; }));  // the first one is judged by then
    const Json health = backend_in_status(gateway, 0).at("health");
    CHECK(health.at("active").at("healthy").text == row.active);
    CHECK(health.at("passive").at("healthy").text == row.passive);
    CHECK(health.at("healthy").text == (row.active == "true" && row.passive == "true" ? "true" : "false"));
  }
}

TEST_CASE("each change is logged once, however many requests and probes see it") {
  NamedUpstream a("a");
  NamedUpstream b("b");
  a.status = 500;
  a.health = 500;
  TestGateway gateway(
      fleet_of({a.address(), b.address()},
               probed("unhealthy_after: 2", ", passive: {window: 1h, error_rate: 0.5, min_requests: 4}")));
  std::vector<std::thread> clients;
  for (int t = 0; t < 4; ++t) {
    clients.emplace_back([&] {
      for (int i = 0; i < 25; ++i) get(gateway);
    });
  }
  for (std::thread& client : clients) client.join();
  REQUIRE(eventually([&] { return a.probes >= 5; }));
  gateway.stop();
  CHECK(events(gateway, "backend_unhealthy").size() == 1);
  CHECK(events(gateway, "backend_healthy").empty());
}

}  // namespace
}  // namespace glassgate::test
