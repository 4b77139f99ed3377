#include "gateway/status.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/json_reader.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using test::Json;
using test::TestExchange;
using Names = std::vector<std::string>;

Json status_of(const TestExchange& exchange, const WorkerPool& workers = WorkerPool(7)) {
  return test::json_of(status_json({exchange.services, workers, exchange.clock.wall()}));
}

const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

TestExchange::Setup setup_with_two_upstreams() {
  TestExchange::Setup setup;
  setup.config =
      "server:\n  max_connections: 77\nrate_limit: {requests: 3, window: 1s, key: none}\n"
      "upstreams:\n  u:\n    balancer: round_robin\n    backends: [one:1, two:2]\n"
      "    circuit_breaker: {max_failures: 2, open_for: 10s}\n"
      "    health: {active: {unhealthy_after: 2}, passive: {window: 10s, error_rate: 0.5, min_requests: 4}}\n"
      "routes:\n  - {path: /x, match: exact, host: Example.com, upstream: u, rate_limit: {requests: 3, window: 1s}}\n"
      "  - {path: /, backends: [three:3]}\n";
  return setup;
}

// Programs read these. A name may be added; none may be renamed or go.
TEST_CASE("the names stay what they are") {
  const TestExchange exchange(request, setup_with_two_upstreams());
  const Json status = status_of(exchange);
  CHECK(status.names == Names{"version", "started", "draining", "requests", "connections", "workers", "log", "config",
                              "rate_limits", "routes", "upstreams"});
  CHECK(status.at("connections").names == Names{"open", "idle", "limit", "refused"});
  CHECK(status.at("workers").names == Names{"started", "busy"});
  CHECK(status.at("log").names == Names{"lines_dropped"});
  CHECK(status.at("config").names ==
        Names{"loaded", "reloads", "failed_reloads", "older_in_use", "errors", "needs_restart"});
  CHECK(status.at("rate_limits").at(0).names == Names{"name", "keys", "allowed", "refused"});
  CHECK(status.at("routes").at(0).names == Names{"name", "route", "path", "match", "host", "upstream"});
  CHECK(status.at("upstreams").at(0).names ==
        Names{"name", "balancer", "requests", "retries", "retries_refused", "backends"});
  const Json& backend = status.at("upstreams").at(0).at("backends").at(0);
  CHECK(backend.names == Names{"address", "in_flight", "idle_connections", "picks", "failures", "connections_opened",
                               "connections_reused", "health", "circuit"});
  CHECK(backend.at("health").names == Names{"healthy", "active", "passive"});
  CHECK(backend.at("health").at("active").names == Names{"healthy", "probed", "against_in_a_row", "last"});
  CHECK(backend.at("health").at("passive").names == Names{"healthy", "requests", "failures"});
  CHECK(backend.at("circuit").names == Names{"state", "failures_in_a_row", "test_in_ms"});
  CHECK_FALSE(status.at("upstreams").at(1).at("backends").at(0).has("circuit"));  // not configured
}

TEST_CASE("the state of health, circuit and retries is shown with its reasons") {
  TestExchange exchange(request, setup_with_two_upstreams());
  const Upstream& upstream = exchange.x.runtime->upstreams()[0];
  Backend& backend = *upstream.backends[0];
  const auto shown = [&] { return status_of(exchange).at("upstreams").at(0).at("backends").at(0); };
  CHECK(shown().at("health").at("healthy").text == "true");
  CHECK(shown().at("health").at("active").at("probed").text == "false");
  CHECK(shown().at("circuit").at("state").text == "closed");
  CHECK(shown().at("circuit").at("test_in_ms").text == "0.000");
  for (int i = 0; i < 2; ++i) backend.circuit.admit(exchange.clock.now()).permit->failed(exchange.clock.now());
  exchange.clock.advance(std::chrono::seconds(4));
  CHECK(shown().at("circuit").at("state").text == "open");
  CHECK(shown().at("circuit").at("test_in_ms").text == "6000.000");
  backend.health.record_probe(false, "503");
  CHECK(shown().at("health").at("active").at("against_in_a_row").text == "1");
  backend.health.record_probe(false, "timed out \"here\"");
  CHECK(shown().at("health").at("healthy").text == "false");
  CHECK(shown().at("health").at("active").at("healthy").text == "false");
  CHECK(shown().at("health").at("active").at("last").text == "timed out \"here\"");
  CHECK(shown().at("health").at("passive").at("healthy").text == "true");
  for (int i = 0; i < 4; ++i) backend.health.record_request(i == 0, exchange.clock.now());
  CHECK(shown().at("health").at("passive").at("healthy").text == "false");
  CHECK(shown().at("health").at("passive").at("requests").text == "4");
  CHECK(shown().at("health").at("passive").at("failures").text == "3");
  upstream.counts->retries.add(5);
  upstream.counts->retries_refused.add(6);
  upstream.counts->count("GET", 200, {});
  const Json u = status_of(exchange).at("upstreams").at(0);
  CHECK(u.at("retries").text == "5");
  CHECK(u.at("retries_refused").text == "6");
  CHECK(u.at("requests").text == "1");
}

TEST_CASE("limiters are shown by their places, with what they let through and what not") {
  TestExchange exchange(request, setup_with_two_upstreams());
  for (int i = 0; i < 5; ++i) exchange.x.runtime->door_limiter()->admits(exchange.x);
  const Json limits = status_of(exchange).at("rate_limits");
  REQUIRE(limits.items.size() == 2);
  CHECK(limits.at(0).at("name").text == "gateway");
  CHECK(limits.at(0).at("allowed").text == "3");
  CHECK(limits.at(0).at("refused").text == "2");
  CHECK(limits.at(0).at("keys").text == "1");
  CHECK(limits.at(1).at("name").text == "route = example.com/x");
  CHECK(limits.at(1).at("allowed").text == "0");
}

TEST_CASE("how the reloads went is shown, whatever is in the errors") {
  TestExchange exchange(request, setup_with_two_upstreams());
  exchange.services.reloads.note_start(exchange.clock.wall());
  exchange.services.reloads.note_failure({"f:1:1: \"x\"\n", "f:2:1: \xFF"});
  Json config = status_of(exchange).at("config");
  CHECK(config.at("loaded").text == "2024-02-29T13:00:00.000Z");
  CHECK(config.at("reloads").text == "0");
  CHECK(config.at("failed_reloads").text == "1");
  REQUIRE(config.at("errors").items.size() == 2);
  CHECK(config.at("errors").at(0).text == "f:1:1: \"x\"\n");
  CHECK(config.at("needs_restart").items.empty());
  exchange.clock.advance(std::chrono::seconds(1));
  exchange.services.reloads.note_success(exchange.clock.wall(), {"listen", "admin"});
  config = status_of(exchange).at("config");
  CHECK(config.at("loaded").text == "2024-02-29T13:00:01.000Z");
  CHECK(config.at("reloads").text == "1");
  CHECK(config.at("errors").items.empty());
  CHECK(config.at("needs_restart").at(1).text == "admin");
}

TEST_CASE("what the configuration says is shown in its order") {
  const TestExchange exchange(request, setup_with_two_upstreams());
  const Json status = status_of(exchange);
  CHECK(status.at("started").text == "2024-02-29T13:00:00.000Z");
  CHECK(status.at("connections").at("limit").text == "77");
  CHECK(status.at("routes").items.size() == 2);
  const Json& route = status.at("routes").at(0);
  CHECK(route.at("route").text == "= example.com/x");
  CHECK(route.at("path").text == "/x");
  CHECK(route.at("match").text == "exact");
  CHECK(route.at("host").text == "example.com");
  CHECK(route.at("upstream").text == "u");
  CHECK(status.at("routes").at(1).at("match").text == "prefix");
  const Json& upstream = status.at("upstreams").at(0);
  CHECK(upstream.at("name").text == "u");
  CHECK(upstream.at("balancer").text == "round_robin");
  CHECK(upstream.at("backends").at(0).at("address").text == "one:1");
  CHECK(upstream.at("backends").at(1).at("address").text == "two:2");
  CHECK(status.at("upstreams").at(1).at("name").text == "/");
}

TEST_CASE("what happens is shown as numbers and truths") {
  TestExchange exchange(request, setup_with_two_upstreams());
  Backend& backend = *exchange.x.runtime->upstreams()[0].backends[1];
  const InFlight on_its_way(backend);
  backend.picks.add(11);
  backend.failures.add(12);
  backend.connections_opened.add(13);
  backend.connections_reused.add(14);
  exchange.services.requests = 15;
  exchange.services.refused_connections = 16;
  exchange.services.draining = true;
  exchange.services.log.count_dropped(17);
  WorkerPool workers(7);
  REQUIRE(workers.run([] {}));
  REQUIRE(workers.wait_until_idle(std::chrono::seconds(20)));
  const Json status = status_of(exchange, workers);
  CHECK(status.at("draining").text == "true");
  CHECK(status.at("draining").kind == Json::Kind::boolean);
  CHECK(status.at("requests").text == "15");
  CHECK(status.at("requests").kind == Json::Kind::number);
  CHECK(status.at("connections").at("refused").text == "16");
  CHECK(status.at("connections").at("open").text == "0");
  CHECK(status.at("workers").at("started").text == "1");
  CHECK(status.at("workers").at("busy").text == "0");
  CHECK(status.at("log").at("lines_dropped").text == "17");
  const Json& shown = status.at("upstreams").at(0).at("backends").at(1);
  CHECK(shown.at("in_flight").text == "1");
  CHECK(shown.at("idle_connections").text == "0");
  CHECK(shown.at("picks").text == "11");
  CHECK(shown.at("failures").text == "12");
  CHECK(shown.at("connections_opened").text == "13");
  CHECK(shown.at("connections_reused").text == "14");
}

TEST_CASE("whatever stands in a path of the configuration, it is one line of JSON") {
  TestExchange::Setup setup;
  setup.config = R"(routes: [{path: "/\"]%22\\", backends: [one:1]}])";
  const TestExchange exchange(request, setup);
  CHECK(status_of(exchange).at("routes").at(0).at("path").text == "/\"]\"\\");
}

}  // namespace
}  // namespace glassgate
