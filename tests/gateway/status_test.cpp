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

Json status_of(const TestExchange& exchange) {
  const WorkerPool workers(7);
  return test::json_of(status_json({exchange.services, workers, exchange.clock.wall()}));
}

const std::string request = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

TestExchange::Setup setup_with_two_upstreams() {
  TestExchange::Setup setup;
  setup.config =
      "server:\n  max_connections: 77\nupstreams:\n  u:\n    balancer: round_robin\n    backends: [one:1, two:2]\n"
      "routes:\n  - {path: /x, match: exact, host: Example.com, upstream: u}\n  - {path: /, backends: [three:3]}\n";
  return setup;
}

// Programs read these. A name may be added; none may be renamed or go.
TEST_CASE("the names stay what they are") {
  const TestExchange exchange(request, setup_with_two_upstreams());
  const Json status = status_of(exchange);
  CHECK(status.names ==
        Names{"version", "started", "draining", "requests", "connections", "workers", "log", "routes", "upstreams"});
  CHECK(status.at("connections").names == Names{"open", "idle", "limit", "refused"});
  CHECK(status.at("workers").names == Names{"started", "busy"});
  CHECK(status.at("log").names == Names{"lines_dropped"});
  CHECK(status.at("routes").at(0).names == Names{"path", "match", "host", "upstream"});
  CHECK(status.at("upstreams").at(0).names == Names{"name", "balancer", "backends"});
  CHECK(status.at("upstreams").at(0).at("backends").at(0).names == Names{"address", "in_flight", "idle_connections",
                                                                         "picks", "failures", "connections_opened",
                                                                         "connections_reused"});
}

TEST_CASE("what the configuration says is shown in its order") {
  const TestExchange exchange(request, setup_with_two_upstreams());
  const Json status = status_of(exchange);
  CHECK(status.at("started").text == "2024-02-29T13:00:00.000Z");
  CHECK(status.at("connections").at("limit").text == "77");
  CHECK(status.at("routes").items.size() == 2);
  const Json& route = status.at("routes").at(0);
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
  backend.picks = 11;
  backend.failures = 12;
  backend.connections_opened = 13;
  backend.connections_reused = 14;
  exchange.services.requests = 15;
  exchange.services.refused_connections = 16;
  exchange.services.draining = true;
  const Json status = status_of(exchange);
  CHECK(status.at("draining").text == "true");
  CHECK(status.at("draining").kind == Json::Kind::boolean);
  CHECK(status.at("requests").text == "15");
  CHECK(status.at("requests").kind == Json::Kind::number);
  CHECK(status.at("connections").at("refused").text == "16");
  CHECK(status.at("connections").at("open").text == "0");
  CHECK(status.at("workers").at("busy").text == "0");
  CHECK(status.at("log").at("lines_dropped").text == "0");
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
