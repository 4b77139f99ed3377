#include "gateway/metrics.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "gateway/version.h"
#include "support/metrics_page.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using test::MetricsPage;
using test::TestExchange;

TestExchange::Setup setup() {
  TestExchange::Setup out;
  out.config = R"(rate_limit: {requests: 5, window: 1s, key: none}
upstreams:
  u: {backends: [one:1, two:2], circuit_breaker: {max_failures: 1, open_for: 1h}, health: {active: {path: /}}}
routes:
  - {path: /u, upstream: u}
  - {path: /, backends: [three:3], rate_limit: {requests: 5, window: 1s}}
)";
  return out;
}

MetricsPage page_of(const TestExchange& exchange) {
  const WorkerPool workers(7);
  return MetricsPage(metrics_page({exchange.services, workers, exchange.clock.wall()}));
}

std::string request(const std::string& method, const std::string& path) {
  return method + " " + path + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

// Names and labels are what dashboards and alerts are written against.
TEST_CASE("every family is there from the start, with its type and its labels") {
  TestExchange exchange(request("GET", "/"), setup());
  exchange.services.unrouted.count("GET", 404, std::chrono::milliseconds(1));
  const MetricsPage page = page_of(exchange);
  struct Row {
    std::string type;
    std::string labels;
  };
  const std::map<std::string, Row> families{
      {"gateway_requests_total", {"counter", "service,status,method"}},
      {"gateway_errors_total", {"counter", "service,error"}},
      {"gateway_request_duration_seconds", {"histogram", "service"}},
      {"gateway_upstream_latency_seconds", {"histogram", "service"}},
      {"gateway_retries_total", {"counter", "service"}},
      {"gateway_retries_refused_total", {"counter", "service"}},
      {"gateway_backend_healthy", {"gauge", "service,backend"}},
      {"gateway_circuit_state", {"gauge", "service,backend"}},
      {"gateway_circuit_opened_total", {"counter", "service,backend"}},
      {"gateway_active_connections", {"gauge", "service,backend"}},
      {"gateway_backend_picks_total", {"counter", "service,backend"}},
      {"gateway_backend_failures_total", {"counter", "service,backend"}},
      {"gateway_probe_failures_total", {"counter", "service,backend"}},
      {"gateway_upstream_connections_total", {"counter", "service,backend,kind"}},
      {"gateway_upstream_idle_connections", {"gauge", "service,backend"}},
      {"gateway_rate_limited_total", {"counter", "limiter"}},
      {"gateway_rate_limit_allowed_total", {"counter", "limiter"}},
      {"gateway_rate_limit_keys", {"gauge", "limiter"}},
      {"gateway_client_connections", {"gauge", "state"}},
      {"gateway_client_connections_limit", {"gauge", ""}},
      {"gateway_connections_refused_total", {"counter", ""}},
      {"gateway_workers", {"gauge", ""}},
      {"gateway_draining", {"gauge", ""}},
      {"gateway_log_lines_dropped_total", {"counter", ""}},
      {"gateway_config_reloads_total", {"counter", "result"}},
      {"gateway_config_last_reload_successful", {"gauge", ""}},
      {"gateway_config_last_reload_success_timestamp_seconds", {"gauge", ""}},
      {"gateway_config_older_in_use", {"gauge", ""}},
      {"gateway_build_info", {"gauge", "version"}},
      {"process_cpu_seconds_total", {"counter", ""}},
      {"process_resident_memory_bytes", {"gauge", ""}},
      {"process_open_fds", {"gauge", ""}},
      {"process_max_fds", {"gauge", ""}},
      {"process_threads", {"gauge", ""}},
      {"process_start_time_seconds", {"gauge", ""}},
  };
  for (const auto& family : families) {
    const std::string& name = family.first;
    const Row& row = family.second;
    CAPTURE(name);
    REQUIRE(page.types.contains(name));
    CHECK(page.types.at(name) == row.type);
    const std::string samples = name + (row.type == "histogram" ? "_count" : "");
    CHECK(page.label_names(samples) == std::set<std::string>{row.labels});
  }
  CHECK(page.types.size() == families.size());
}

TEST_CASE("a histogram has the buckets that are promised, from 5 ms to 10 s, and +Inf") {
  const TestExchange exchange(request("GET", "/"), setup());
  const MetricsPage page = page_of(exchange);
  const std::string bucket = "gateway_request_duration_seconds_bucket{service=\"u\",le=\"";
  for (const std::string le : {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"}) {
    CAPTURE(le);
    CHECK(page.has(bucket + le + "\"}"));
  }
  CHECK(page.count(bucket) == 12);
}

void answered(Exchange& x, int status) {
  x.response.set_timeout(std::chrono::seconds(1));
  const std::string head = "HTTP/1.1 " + std::to_string(status) + " x\r\n\r\n";
  x.response.head(status, std::pmr::string(head), http::BodyFraming::Kind::length);
  x.response.write("", true);
}
void teapot(Exchange& x) {
  answered(x, 418);
}
void nothing(Exchange&) {}

TEST_CASE("a request counts once, with its service, status, method and time, when it is over") {
  TestExchange exchange(request("GET", "/u/x"), setup());
  exchange.route();
  exchange.clock.advance(std::chrono::milliseconds(30));
  count_request(exchange.x, Next({}, teapot));
  const MetricsPage page = page_of(exchange);
  CHECK(page.at(R"(gateway_requests_total{service="u",status="418",method="GET"})") == 1);
  CHECK(page.count("gateway_requests_total{") == 1);
  CHECK(page.at(R"(gateway_request_duration_seconds_bucket{service="u",le="0.025"})") == 0);
  CHECK(page.at(R"(gateway_request_duration_seconds_bucket{service="u",le="0.05"})") == 1);
  CHECK(page.at(R"(gateway_request_duration_seconds_bucket{service="u",le="+Inf"})") == 1);
  CHECK(page.at(R"(gateway_request_duration_seconds_sum{service="u"})") == doctest::Approx(0.03));
  CHECK(page.at(R"(gateway_request_duration_seconds_count{service="u"})") == 1);
}

TEST_CASE("what no route took is the service -, and what was not answered the status 0") {
  TestExchange exchange(request("GET", "/u"), setup());
  count_request(exchange.x, Next({}, teapot));
  TestExchange unanswered(request("BREW", "/u"), setup());
  unanswered.route();
  count_request(unanswered.x, Next({}, nothing));
  CHECK(page_of(exchange).at(R"(gateway_requests_total{service="-",status="418",method="GET"})") == 1);
  CHECK(page_of(unanswered).at(R"(gateway_requests_total{service="u",status="0",method="OTHER"})") == 1);
}

void cut(Exchange& x) {
  answered(x, 200);
  x.error = Error::response_cut;
}

TEST_CASE("every word of the log is a series from the start, and a request that went wrong counts under its own") {
  TestExchange exchange(request("GET", "/u/x"), setup());
  exchange.route();
  count_request(exchange.x, Next({}, teapot));  // what a backend answers is no error
  count_request(exchange.x, Next({}, cut));
  const MetricsPage page = page_of(exchange);
  for (const std::string service : {"-", "u", "/"}) {
    for (size_t i = 1; i < error_count; ++i) {
      const std::string word(info(static_cast<Error>(i)).word);
      CAPTURE(word);
      const bool is_it = service == "u" && word == "response_cut";
      CHECK(page.at("gateway_errors_total{service=\"" + service + "\",error=\"" + word + "\"}") == (is_it ? 1 : 0));
    }
  }
  CHECK(page.count("gateway_errors_total{") == 3 * (error_count - 1));
}

TEST_CASE("what is known of a backend is shown under its service and address") {
  TestExchange exchange(request("GET", "/u"), setup());
  Backend& two = *exchange.x.runtime->upstreams()[0].backends[1];
  const InFlight under_way(two);
  two.picks.add(11);
  two.failures.add(12);
  two.circuit_opened.add(10);
  two.probe_failures.add(15);
  two.connections_opened.add(13);
  two.connections_reused.add(14);
  two.circuit.admit(exchange.clock.now()).permit->failed(exchange.clock.now());
  MetricsPage page = page_of(exchange);
  const std::string labels = R"({service="u",backend="two:2"})";
  CHECK(page.at("gateway_active_connections" + labels) == 1);
  CHECK(page.at("gateway_backend_picks_total" + labels) == 11);
  CHECK(page.at("gateway_backend_failures_total" + labels) == 12);
  CHECK(page.at("gateway_circuit_opened_total" + labels) == 10);
  CHECK(page.at("gateway_probe_failures_total" + labels) == 15);
  CHECK(page.at("gateway_circuit_state" + labels) == 1);
  CHECK(page.at("gateway_backend_healthy" + labels) == 1);
  CHECK(page.at(R"(gateway_upstream_connections_total{service="u",backend="two:2",kind="opened"})") == 13);
  CHECK(page.at(R"(gateway_upstream_connections_total{service="u",backend="two:2",kind="reused"})") == 14);
  CHECK(page.at(R"(gateway_circuit_state{service="u",backend="one:1"})") == 0);
  for (const std::string name :
       {"gateway_circuit_state", "gateway_circuit_opened_total", "gateway_probe_failures_total"}) {
    CHECK_FALSE(page.has(name + R"({service="/",backend="three:3"})"));  // it has no circuit, and no probes
  }
  exchange.clock.advance(std::chrono::hours(2));
  const auto test = two.circuit.admit(exchange.clock.now());
  page = page_of(exchange);
  CHECK(page.at("gateway_circuit_state" + labels) == 2);
}

TEST_CASE("retries that were made are told apart from those that were not") {
  const TestExchange exchange(request("GET", "/u"), setup());
  auto& counts = *exchange.x.runtime->upstreams()[0].counts;
  counts.retries.add(5);
  counts.retries_refused.add(6);
  const MetricsPage page = page_of(exchange);
  CHECK(page.at(R"(gateway_retries_total{service="u"})") == 5);
  CHECK(page.at(R"(gateway_retries_refused_total{service="u"})") == 6);
}

TEST_CASE("limiters have the names of their places, and count what they refused") {
  TestExchange exchange(request("GET", "/"), setup());
  const auto& runtime = *exchange.x.runtime;
  for (int i = 0; i < 8; ++i) runtime.door_limiter()->admits(exchange.x);
  const MetricsPage page = page_of(exchange);
  CHECK(page.at(R"(gateway_rate_limited_total{limiter="gateway"})") == 3);
  CHECK(page.at(R"(gateway_rate_limited_total{limiter="route /"})") == 0);
  CHECK(page.at(R"(gateway_rate_limit_allowed_total{limiter="gateway"})") == 5);
  CHECK(page.at(R"(gateway_rate_limit_keys{limiter="gateway"})") == 1);
  CHECK(page.count("gateway_rate_limited_total") == 2);
}

TEST_CASE("reloads, refusals, lost lines, draining and the build are shown as they are") {
  TestExchange exchange(request("GET", "/"), setup());
  exchange.services.reloads.note_start(exchange.clock.wall());
  exchange.services.reloads.note_failure({"an error"});
  exchange.services.refused_connections = 16;
  exchange.services.log.count_dropped(17);
  exchange.services.draining = true;
  MetricsPage page = page_of(exchange);
  CHECK(page.at("gateway_config_last_reload_successful") == 0);
  CHECK(page.at(R"(gateway_config_reloads_total{result="failure"})") == 1);
  CHECK(page.at(R"(gateway_config_reloads_total{result="success"})") == 0);
  CHECK(page.at("gateway_config_last_reload_success_timestamp_seconds") == doctest::Approx(1709211600.0));
  CHECK(page.at("gateway_connections_refused_total") == 16);
  CHECK(page.at("gateway_log_lines_dropped_total") == 17);
  CHECK(page.at("gateway_draining") == 1);
  CHECK(page.at("process_start_time_seconds") == doctest::Approx(1709211600.0));
  CHECK(page.at("gateway_build_info{version=\"" + std::string(version) + "\"}") == 1);
  exchange.services.reloads.note_success(exchange.clock.wall() + std::chrono::seconds(60), {});
  page = page_of(exchange);
  CHECK(page.at("gateway_config_last_reload_successful") == 1);
  CHECK(page.at("gateway_config_last_reload_success_timestamp_seconds") == doctest::Approx(1709211660.0));
}

TEST_CASE("whatever names the configuration gives, no sample is there twice") {
  TestExchange::Setup strange;
  strange.config =
      "upstreams:\n  u: {backends: [one:1]}\nroutes:\n"
      "  - {path: \"/\\\"\\\\\", headers: {X: 'a\"\\b'}, upstream: u, rate_limit: {requests: 1, window: 1s}}\n"
      "  - {path: /, backends: [one:1]}\n  - {path: /, methods: [GET], backends: [one:1]}\n";
  const TestExchange exchange(request("GET", "/"), strange);
  const MetricsPage page = page_of(exchange);  // throws where one is
  CHECK(page.count("gateway_backend_healthy{") == 3);
  CHECK(page.has(R"(gateway_rate_limited_total{limiter="route /%22%5C {X}"})"));  // its value may be a secret
}

// Its samples would stand on the page twice, and Prometheus would take one of the two.
TEST_CASE("no upstream can have the name of the service that is none") {
  const ConfigResult read = parse_config(
      "listen: 127.0.0.1:0\nupstreams:\n  \"-\": {backends: [one:1]}\nroutes: [{path: /, upstream: \"-\"}]\n");
  REQUIRE(read.errors.size() == 1);
  CHECK(describe(read.errors[0], "f").starts_with("f:3:3: upstreams.-: "));
  CHECK(parse_config("listen: 127.0.0.1:0\nupstreams: {-u-: {backends: [one:1]}}\nroutes: [{path: /, upstream: -u-}]\n")
            .config);
}

}  // namespace
}  // namespace glassgate
