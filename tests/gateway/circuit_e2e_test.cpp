// The circuit breaker as clients and operators see it.
#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "support/fleet.h"
#include "support/gate.h"
#include "support/listening.h"

namespace glassgate::test {
namespace {

const std::string for_long = "circuit_breaker: {max_failures: 3, open_for: 1h}";
const std::string plain_get = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

std::string circuit_of(const TestGateway& gateway, size_t i = 0) {
  return std::string(to_string(backend_of(gateway, i).circuit.state()));
}

// "closed>open open>half_open ...", of the log so far; waits until there are n changes.
std::string changes(const TestGateway& gateway, size_t n) {
  std::string out;
  for (const Json& event : wait_for_events(gateway, "circuit_changed", n)) {
    out.append(out.empty() ? "" : " ").append(event.at("from").text).append(">").append(event.at("to").text);
  }
  return out;
}

// What the first backend of a gateway has to do to bring the circuit out of closed.
struct Failure {
  std::string what;
  ScriptedUpstream::Script script;
};

const std::vector<Failure> failures{
    {"500", ScriptedUpstream::always("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n")},
    {"503", ScriptedUpstream::always("HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n")},
    {"a malformed answer", ScriptedUpstream::always("nonsense\r\n\r\n")},
    {"no answer", [](Peer& peer, int) { peer.read_request(); }},
    {"half an answer's head",
     [](Peer& peer, int) {
       peer.read_request();
       peer.send("HTTP/1.1 200");
     }},
    {"half an answer's body",
     [](Peer& peer, int) {
       peer.read_request();
       peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
     }},
    {"a time-out",
     [](Peer& peer, int) {
       peer.read_request();
       peer.ends();
     }},
};

void check_opens(const std::string& address) {
  const TestGateway gateway(
      fleet_of({address}, "retries: 0, response_timeout: 100ms, connect_timeout: 100ms, " + for_long));
  for (unsigned i = 0; i < 3; ++i) {
    CHECK(circuit_of(gateway) == "closed");
    gateway.exchange(plain_get);
    CHECK(backend_of(gateway, 0).circuit.failures_in_a_row() == i + 1);
  }
  CHECK(circuit_of(gateway) == "open");
  CHECK(backend_of(gateway, 0).circuit_opened.value() == 1);
  CHECK(gateway.exchange(plain_get).starts_with("HTTP/1.1 503 "));
  CHECK(changes(gateway, 1) == "closed>open");
}

TEST_CASE("whatever a backend does wrong counts, and max_failures in a row open its circuit") {
  for (const Failure& failure : failures) {
    CAPTURE(failure.what);
    const ScriptedUpstream upstream(failure.script);
    check_opens(upstream.address());
    CHECK(upstream.connections() >= 1);
  }
}

TEST_CASE("a backend that cannot be connected to opens its circuit, too") {
  check_opens("127.0.0.1:" + std::to_string(unused_port()));
  const Silent silent;
  check_opens(silent.text());
}

TEST_CASE("a success begins the count anew, and an answer of the client's fault is a success") {
  NamedUpstream upstream("a");
  const TestGateway gateway(fleet_of({upstream.address()}, for_long));
  for (const int status : {200, 404, 429, 301}) {
    CAPTURE(status);
    upstream.status = 500;
    for (int i = 0; i < 2; ++i) CHECK(get(gateway).status() == 500);
    CHECK(backend_of(gateway, 0).circuit.failures_in_a_row() == 2);
    upstream.status = status;
    CHECK(get(gateway).status() == status);
    CHECK(backend_of(gateway, 0).circuit.failures_in_a_row() == 0);
  }
  CHECK(circuit_of(gateway) == "closed");
}

// Sends without an end, until nobody takes it.
void stream(Peer& peer) {
  peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
  while (peer.send(chunk(std::string(10'000, 'x')))) {
  }
}

TEST_CASE("that clients leave says nothing about the backend") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    const std::string head = peer.read_head();
    if (head.starts_with("GET ")) stream(peer);
    peer.ends();
  });
  const TestGateway gateway(fleet_of({upstream.address()}, "circuit_breaker: {max_failures: 1, open_for: 1h}"));
  for (size_t i = 0; i < 6; ++i) {
    Peer client = gateway.connect();
    client.send(i % 2 == 0 ? plain_get : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
    if (i % 2 == 0) client.read_exactly(200);
    REQUIRE(eventually([&] { return upstream.connections() == static_cast<int>(i) + 1; }));
    client.reset();
    gateway.wait_for_access_lines(i + 1);
    CHECK(circuit_of(gateway) == "closed");
  }
  CHECK(backend_in_status(gateway, 0).at("failures").text == "0");
  CHECK(events(gateway, "circuit_changed").empty());
}

TEST_CASE("a backend whose circuit is open is passed over for another one") {
  NamedUpstream ill("ill");
  NamedUpstream well("well");
  ill.status = 500;
  const TestGateway gateway(fleet_of({ill.address(), well.address()}, for_long));
  for (int i = 0; i < 6; ++i) get(gateway);
  REQUIRE(circuit_of(gateway) == "open");
  CHECK(ill.requests == 3);
  for (int i = 0; i < 10; ++i) CHECK(get(gateway).body == "well");
  CHECK(ill.requests == 3);
  CHECK(backend_in_status(gateway, 0).at("circuit").at("state").text == "open");
  CHECK(backend_in_status(gateway, 1).at("circuit").at("state").text == "closed");
}

TEST_CASE("where all circuits are open, the answer is 503 and when the earliest of them is tested") {
  NamedUpstream first("a");
  NamedUpstream second("b");
  const TestGateway gateway(fleet_of({first.address(), second.address()}, "retries: 0, " + for_long));
  first.status = second.status = 500;
  for (int i = 0; i < 6; ++i) CHECK(get(gateway).status() == 500);
  for (int i = 0; i < 3; ++i) {
    const Response refused = get(gateway);
    CHECK(refused.status() == 503);
    const int wait = std::stoi(refused.field("Retry-After"));
    CHECK(wait <= 3600);
    CHECK(wait > 3600 - 600);
    CHECK(json_of(refused.body).at("error").text == "the backends are resting after failures");
  }
  CHECK(first.requests == 3);
  CHECK(second.requests == 3);
  const std::string line = gateway.wait_for_access_lines(9).back();
  CHECK(json_field(line, "error") == "circuit_open");
  CHECK(json_field(line, "attempts") == "0");
}

// A backend that fails once, which opens its circuit for a moment; what it does after that is a test's. From then on,
// the circuit's time is an hour, which does not pass beside that.
struct FailsFirst {
  explicit FailsFirst(std::function<void(Peer&)> then)
      : upstream([this, then = std::move(then)](Peer& peer, int number) {
          if (peer.read_head().empty()) return;
          if (number == 0) {
            peer.send("HTTP/1.1 500 X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
          } else {
            upstream.note("tested");
            then(peer);
          }
          peer.ends();
        }) {
    CHECK(get(gateway).status() == 500);
    CHECK(circuit_of(gateway) == "open");
    REQUIRE(eventually([this] { return backend_of(gateway, 0).circuit.would_admit(gateway.services().clock.now()); }));
    backend_of(gateway, 0).circuit.set_settings({.max_failures = 1, .open_for = std::chrono::hours(1)});
  }

  // The test's request has reached the backend.
  Peer begin_test(const std::string& request = plain_get) {
    Peer client = gateway.connect();
    client.send(request);
    upstream.wait_for_notes(1);
    CHECK(circuit_of(gateway) == "half_open");
    return client;
  }

  ScriptedUpstream upstream;
  TestGateway gateway{fleet_of({upstream.address()}, "circuit_breaker: {max_failures: 1, open_for: 30ms}")};
};

const std::string closes = "Connection: close\r\n";

TEST_CASE("a half-open circuit admits one test at a time, and its success closes it") {
  Gate done;
  FailsFirst scene([&](Peer& peer) {
    done.wait();
    peer.send(ok("well", closes));
  });
  Peer test = scene.begin_test();
  for (int i = 0; i < 5; ++i) {
    const Response refused = get(scene.gateway);
    CHECK(refused.status() == 503);
    CHECK(refused.field("Retry-After") == "1");
  }
  CHECK(scene.upstream.connections() == 2);
  CHECK(backend_in_status(scene.gateway, 0).at("circuit").at("state").text == "half_open");
  done.open();
  CHECK(test.read_response().body == "well");
  CHECK(eventually([&] { return circuit_of(scene.gateway) == "closed"; }));
  CHECK(get(scene.gateway).body == "well");
  CHECK(changes(scene.gateway, 3) == "closed>open open>half_open half_open>closed");
  CHECK(backend_of(scene.gateway, 0).circuit_opened.value() == 1);
}

TEST_CASE("a test that fails opens the circuit again") {
  Gate done;
  FailsFirst scene([&](Peer& peer) {
    done.wait();
    peer.send("HTTP/1.1 502 X\r\nContent-Length: 0\r\n" + closes + "\r\n");
  });
  Peer test = scene.begin_test();
  CHECK(get(scene.gateway).status() == 503);
  done.open();
  CHECK(test.read_response().status() == 502);
  CHECK(changes(scene.gateway, 3) == "closed>open open>half_open half_open>open");
  CHECK(backend_of(scene.gateway, 0).circuit_opened.value() == 2);
  CHECK(scene.upstream.connections() == 2);
}

TEST_CASE("a client that leaves during the test does not leave the circuit half-open: the next request is the test") {
  std::atomic<bool> left{false};
  FailsFirst scene([&](Peer& peer) {
    if (left) peer.send(ok("well", closes));
  });
  Peer client = scene.begin_test("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
  CHECK(get(scene.gateway).status() == 503);
  left = true;
  client.reset();
  CHECK(eventually([&] { return get(scene.gateway).body == "well"; }));
  CHECK(eventually([&] { return circuit_of(scene.gateway) == "closed"; }));
  CHECK(changes(scene.gateway, 3) == "closed>open open>half_open half_open>closed");
}

TEST_CASE("a stream that is the test has passed it when its head is there, and keeps nobody out while it lasts") {
  FailsFirst scene([](Peer& peer) { stream(peer); });
  for (int i = 0; i < 2; ++i) {
    Peer client = scene.gateway.connect();
    client.send(plain_get);
    CHECK(client.read_head().starts_with("HTTP/1.1 200 "));
    CHECK(circuit_of(scene.gateway) == "closed");
  }
  CHECK(changes(scene.gateway, 3) == "closed>open open>half_open half_open>closed");
}

TEST_CASE("a tunnel that is the test has passed it when it is open, and keeps nobody out while it lasts") {
  FailsFirst scene([](Peer& peer) {
    static const std::string switching =
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n";
    peer.send(switching + "hello");
  });
  Peer tunnel = scene.gateway.connect();
  tunnel.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  tunnel.read_until("hello");
  CHECK(circuit_of(scene.gateway) == "closed");
  Peer second = scene.gateway.connect();
  second.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  CHECK(second.read_until("hello").starts_with("HTTP/1.1 101 "));
  CHECK(changes(scene.gateway, 3) == "closed>open open>half_open half_open>closed");
}

TEST_CASE("each change is logged once, however many requests fail at the same time") {
  for (int round = 0; round < 5; ++round) {
    NamedUpstream upstream("a");
    upstream.status = 500;
    TestGateway gateway(fleet_of({upstream.address()}, for_long));
    std::vector<std::thread> clients;
    for (int t = 0; t < 4; ++t) {
      clients.emplace_back([&] {
        for (int i = 0; i < 5; ++i) get(gateway);
      });
    }
    for (std::thread& client : clients) client.join();
    gateway.stop();
    CHECK(changes(gateway, 1) == "closed>open");
    CHECK(upstream.requests >= 3);
    CHECK(upstream.requests <= 6);  // three more may have been under way
  }
}

}  // namespace
}  // namespace glassgate::test
