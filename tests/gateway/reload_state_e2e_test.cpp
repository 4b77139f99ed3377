// What a reload keeps: everything that is known of what did not change.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/gate.h"
#include "support/json_reader.h"
#include "support/process.h"
#include "support/status_probe.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

// As the reloader does: a configuration with the same listeners and log.
void reload(TestGateway& gateway, const std::string& yaml) {
  const ConfigResult read = parse_config("listen: 127.0.0.1:0\nadmin: 127.0.0.1:0\n" + yaml);
  if (!read.config) throw std::runtime_error(describe(read.errors.at(0), yaml));
  auto next = std::make_shared<Config>(*read.config);
  next->log = gateway.services().runtime.current()->config().log;
  gateway.gateway().apply(next);
}

// When it returns, the gateway has done with the request: the end of the connection is what comes after that.
Response fetch(const TestGateway& gateway, const std::string& path = "/") {
  Peer client = gateway.connect();
  client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
  Response answer = client.read_response();
  client.shutdown_write();
  CHECK(client.ends());
  return answer;
}

Json state_of_backend(const TestGateway& gateway, size_t index = 0) {
  return json_of(gateway.admin("/status")).at("upstreams").at(0).at("backends").at(index);
}

// An upstream "u" behind the route /, and one more route that a reload may add.
std::string upstream_u(const std::string& backends, const std::string& settings, const std::string& more = "") {
  return "upstreams:\n  u:\n    backends: [" + backends + "]\n    retries: 0\n" + settings +
         "routes:\n  - {path: /, upstream: u}\n" + more;
}
const std::string added = "  - {path: /added, backends: [127.0.0.1:1]}\n";

TEST_CASE("an open circuit stays open, with its failures, until its settings' time is over") {
  ScriptedUpstream failing(ScriptedUpstream::always("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"));
  const std::string settings = "    circuit_breaker: {max_failures: 2, open_for: 1h}\n";
  TestGateway gateway(upstream_u(failing.address(), settings));
  CHECK(fetch(gateway).status() == 500);
  reload(gateway, upstream_u(failing.address(), settings, added));
  CHECK(fetch(gateway).status() == 500);  // the second in a row
  CHECK(fetch(gateway).status() == 503);
  for (const std::string& more : {std::string(), added}) {
    reload(gateway, upstream_u(failing.address(), settings, more));
    CHECK(fetch(gateway).status() == 503);
    CHECK(state_of_backend(gateway).at("circuit").at("state").text == "open");
  }
  CHECK(state_of_backend(gateway).at("failures").text == "2");
}

TEST_CASE("a backend that real traffic found ill stays out, and its picks go on counting") {
  ScriptedUpstream failing(ScriptedUpstream::always("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"));
  const std::string settings =
      "    health:\n      passive: {window: 1h, error_rate: 0.5, min_requests: 3}\n"
      "      when_none_healthy: fail_closed\n";
  TestGateway gateway(upstream_u(failing.address(), settings));
  for (int i = 0; i < 3; ++i) CHECK(fetch(gateway).status() == 500);
  REQUIRE(fetch(gateway).status() == 503);
  reload(gateway, upstream_u(failing.address(), settings, added));
  CHECK(fetch(gateway).status() == 503);
  CHECK(state_of_backend(gateway).at("picks").text == "3");
  CHECK(state_of_backend(gateway).at("health").at("passive").at("failures").text == "3");
  // Another upstream of the same machine has its own history.
  reload(gateway, "routes: [{path: /, backends: [\"" + failing.address() + "\"]}]\n");
  CHECK(fetch(gateway).status() == 500);
}

TEST_CASE("a budget that is used up stays so while its settings are the same, and is anew when they are not") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("")));
  const auto yaml = [&](int requests, const std::string& more) {
    const std::string limit = "rate_limit: {requests: " + std::to_string(requests) + ", window: 1h, key: none}";
    return "routes:\n  - path: /\n    backends: [\"" + upstream.address() + "\"]\n    " + limit + "\n" + more;
  };
  TestGateway gateway(yaml(2, ""));
  CHECK(fetch(gateway).status() == 200);
  reload(gateway, yaml(2, added));
  CHECK(fetch(gateway).status() == 200);
  reload(gateway, yaml(2, ""));
  CHECK(fetch(gateway).status() == 429);
  reload(gateway, yaml(3, ""));
  for (const int status : {200, 200, 200, 429}) CHECK(fetch(gateway).status() == status);
}

TEST_CASE("a kept connection is used after a reload as before, and round robin goes on where it was") {
  ScriptedUpstream a(ScriptedUpstream::always(ok("a")));
  ScriptedUpstream b(ScriptedUpstream::always(ok("b")));
  const std::string both = "\"" + a.address() + "\", \"" + b.address() + "\"";
  TestGateway gateway(upstream_u(both, ""));
  std::string order;
  for (int i = 0; i < 6; ++i) {
    order += fetch(gateway).body;
    REQUIRE(eventually([&] {
      return gateway.services().runtime.current()->upstreams()[0].backends[0]->in_flight == 0 &&
             state_of_backend(gateway, i % 2 == 0 ? 0 : 1).at("idle_connections").text == "1";
    }));
    reload(gateway, upstream_u(both, "", i % 2 == 0 ? added : ""));
  }
  CHECK(order == "ababab");
  CHECK(a.connections() == 1);
  CHECK(b.connections() == 1);
  CHECK(state_of_backend(gateway).at("connections_reused").text == "2");
}

TEST_CASE("a request in flight ends on the snapshot that it began with, though its route and backend are gone") {
  Gate arrived;
  Gate answer;
  ScriptedUpstream slow([&](Peer& peer, int) {
    peer.read_request();
    arrived.open();
    answer.wait();
    peer.send(ok("late"));
  });
  ScriptedUpstream other(ScriptedUpstream::always(ok("other")));
  TestGateway gateway("routes:\n  - {path: /slow, backends: [\"" + slow.address() + "\"]}\n");
  Peer client = gateway.connect();
  client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
  arrived.wait();
  reload(gateway, "routes:\n  - {path: /other, backends: [\"" + other.address() + "\"]}\n");
  CHECK(fetch(gateway, "/slow").status() == 404);
  CHECK(fetch(gateway, "/other").body == "other");
  const auto older_in_use = [&] { return json_of(gateway.admin("/status")).at("config").at("older_in_use").text; };
  CHECK(older_in_use() == "1");  // so the backend that is gone from the file may not be switched off yet
  answer.open();
  CHECK(client.read_response().body == "late");
  CHECK(eventually([&] { return older_in_use() == "0"; }));
  client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");  // the next one on this connection sees the new routes
  CHECK(client.read_response().status() == 404);
}

TEST_CASE("what was let go of is forgotten: the snapshot, and the connections to its backends") {
  ScriptedUpstream gone(ScriptedUpstream::always(ok("")));
  TestGateway gateway(TestGateway::in_front_of({gone.address()}));
  CHECK(fetch(gateway).status() == 200);
  REQUIRE(status_becomes(gateway, "idle_connections", "1"));
  const std::weak_ptr<const Runtime> before = gateway.services().runtime.current();
  const std::weak_ptr<Backend> backend = gateway.services().runtime.current()->upstreams()[0].backends[0];
  reload(gateway, upstream_u("127.0.0.1:1", ""));
  CHECK(eventually([&] { return before.expired(); }));
  CHECK(eventually([&] { return backend.expired(); }));
}

// Counts the probes that come.
struct Probed {
  std::atomic<int> probes{0};  // before the scripts that count
  ScriptedUpstream upstream{[this](Peer& peer, int) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      if (request.starts_with("GET /health ")) ++probes;
      peer.send(ok(""));
    }
  }};

  bool is_probed_on() {
    const int before = probes;
    return eventually([&] { return probes >= before + 3; });
  }
};

TEST_CASE("probes begin for a backend that was added, stop for one that was removed, and go on for the others") {
  Probed stays;
  Probed leaves;
  Probed comes;
  const std::string settings = "    health: {active: {path: /health, interval: 10ms, timeout: 5s}}\n";
  const auto yaml = [&](const Probed& second) {
    return upstream_u("\"" + stays.upstream.address() + "\", \"" + second.upstream.address() + "\"", settings);
  };
  TestGateway gateway(yaml(leaves));
  CHECK(stays.is_probed_on());
  CHECK(leaves.is_probed_on());
  CHECK(comes.probes == 0);
  reload(gateway, yaml(comes));
  const int at_most = leaves.probes + 1;  // one may have been on its way
  CHECK(comes.is_probed_on());
  CHECK(stays.is_probed_on());
  CHECK(comes.is_probed_on());
  CHECK(leaves.probes <= at_most);
  CHECK(state_of_backend(gateway, 1).at("health").at("active").at("probed").text == "true");

  reload(gateway, upstream_u("\"" + stays.upstream.address() + "\"", ""));  // nobody is probed any more
  const int last = stays.probes + 1;
  CHECK(eventually([] {  // a thread is seen for a moment after it was joined
    const auto names = thread_names_of(0);
    return std::count(names.begin(), names.end(), "probe") == 0;
  }));
  for (int i = 0; i < 20; ++i) fetch(gateway);
  CHECK(stays.probes <= last);
}

}  // namespace
}  // namespace glassgate::test
