// /metrics through real sockets: what traffic leaves on the page, and what Prometheus' own tools say of it.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "base/strings.h"
#include "gateway/errors.h"
#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/metrics_page.h"
#include "support/recording_upstream.h"
#include "support/source_tree.h"

namespace glassgate::test {
namespace {

// Where a program is, by PATH; "" when it is not installed.
std::string find_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view folders = path == nullptr ? "" : path;
  while (!folders.empty()) {
    const std::string file = std::string(take_until(folders, ':')) + "/" + name;
    if (::access(file.c_str(), X_OK) == 0) return file;
  }
  return "";
}

struct Road {
  RecordingUpstream upstream;
  std::string dead = "127.0.0.1:" + std::to_string(unused_port());
  TestGateway gateway{"explain: true\nupstreams:\n  up: {backends: [\"" + upstream.address() +
                      "\"], circuit_breaker: {max_failures: 5, open_for: 1s}}\n  down: {backends: [\"" + dead +
                      "\"]}\nroutes:\n  - {path: /up, upstream: up}\n  - {path: /down, upstream: down}\n"
                      "  - {path: /get, methods: [GET], upstream: up}\n"
                      "  - {path: /once, upstream: up, rate_limit: {requests: 1, window: 1h, key: none}}\n"};

  int status_of(const std::string& method, const std::string& target, const std::string& fields = "") const {
    Peer client = gateway.connect();
    client.send(method + " " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    return client.read_response(method == "HEAD").status();
  }
  // A request is counted a moment after its answer was sent.
  MetricsPage page_after(size_t requests) const {
    gateway.wait_for_access_lines(requests);
    REQUIRE(eventually([&] { return counted(MetricsPage(gateway.admin("/metrics"))) == requests; }));
    return MetricsPage(gateway.admin("/metrics"));
  }
  static size_t counted(const MetricsPage& page) {
    double sum = 0;
    for (const auto& [sample, value] : page.samples) sum += sample.starts_with("gateway_requests_total{") ? value : 0;
    return static_cast<size_t>(sum);
  }
};

TEST_CASE("every kind of answer is counted under its service, status and method") {
  const Road road;
  for (int i = 0; i < 3; ++i) CHECK(road.status_of("GET", "/up") == 200);
  CHECK(road.status_of("HEAD", "/up") == 200);
  CHECK(road.status_of("GET", "/down") == 502);
  CHECK(road.status_of("GET", "/nowhere") == 404);
  CHECK(road.status_of("DELETE", "/get") == 405);
  CHECK(road.status_of("GET", "/once") == 200);
  CHECK(road.status_of("GET", "/once") == 429);
  CHECK(road.status_of("GET", "/%zz") == 400);
  const MetricsPage page = road.page_after(10);
  const std::string total = "gateway_requests_total";
  CHECK(page.at(total + R"({service="up",status="200",method="GET"})") == 4);
  CHECK(page.at(total + R"({service="up",status="200",method="HEAD"})") == 1);
  CHECK(page.at(total + R"({service="up",status="429",method="GET"})") == 1);
  CHECK(page.at(total + R"({service="down",status="502",method="GET"})") == 1);
  CHECK(page.at(total + R"({service="-",status="404",method="GET"})") == 1);
  CHECK(page.at(total + R"({service="-",status="405",method="DELETE"})") == 1);
  CHECK(page.at(total + R"({service="-",status="400",method="GET"})") == 1);
  CHECK(page.at(R"(gateway_request_duration_seconds_count{service="up"})") == 6);
  CHECK(page.at(R"(gateway_request_duration_seconds_bucket{service="up",le="+Inf"})") == 6);
  CHECK(page.at(R"(gateway_request_duration_seconds_count{service="down"})") == 1);
  CHECK(page.at(R"(gateway_request_duration_seconds_count{service="-"})") == 3);
  CHECK(page.at(R"(gateway_upstream_latency_seconds_count{service="up"})") == 5);
  CHECK(page.at(R"(gateway_upstream_latency_seconds_count{service="down"})") == 0);
  CHECK(page.at(R"(gateway_rate_limited_total{limiter="route /once"})") == 1);
  const std::string down = R"({service="down",backend=")" + road.dead + "\"}";
  CHECK(page.at("gateway_backend_failures_total" + down) == 1);
  CHECK(page.at("gateway_backend_picks_total" + down) == 1);
}

TEST_CASE("clients cannot make the page longer: no method, path, host, query or id of theirs is a label") {
  const Road road;
  const auto send = [&](int i) {
    const std::string mark = "M4rk" + std::to_string(i);
    const std::string fields = "X-Request-ID: " + mark + "\r\nX-Forwarded-For: 9.9.9." + std::to_string(i) + "\r\n";
    Peer client = road.gateway.connect();
    client.send(mark + " /up/" + mark + "?" + mark + " HTTP/1.1\r\nHost: " + mark + "\r\n" + fields + "\r\n");
    client.read_response();
    client.send("GET /" + mark + " HTTP/1.1\r\nHost: " + mark + "\r\n" + fields + "\r\n");
    client.read_response();
  };
  send(0);
  const MetricsPage first = road.page_after(2);
  for (int i = 1; i < 50; ++i) send(i);
  const MetricsPage last = road.page_after(100);
  CHECK(last.samples.size() == first.samples.size());
  CHECK(last.count("") == first.count(""));
  for (const auto& [sample, value] : last.samples) CHECK(first.has(sample));
  CHECK(last.at(R"(gateway_requests_total{service="up",status="200",method="OTHER"})") == 50);
  CHECK(last.at(R"(gateway_requests_total{service="-",status="404",method="GET"})") == 50);
}

TEST_CASE("lower-case methods and methods that begin like known ones are others") {
  const Road road;
  for (const std::string method : {"get", "GETS", "PURGE", "PROPFIND"}) CHECK(road.status_of(method, "/up") == 200);
  CHECK(road.page_after(4).at(R"(gateway_requests_total{service="up",status="200",method="OTHER"})") == 4);
}

TEST_CASE("connections, workers and the process are shown as they are") {
  GatewayProcess gateway(TestGateway::in_front_of({"127.0.0.1:1"}));
  std::vector<Peer> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(gateway.connect());
  clients[0].send("GET ");  // under way, the others idle
  const auto page = [&] { return MetricsPage(gateway.admin("/metrics")); };
  const auto connections = [&](const std::string& state) {
    return page().at("gateway_client_connections{state=\"" + state + "\"}");
  };
  CHECK(eventually([&] { return connections("busy") == 1 && connections("idle") == 4; }));
  const MetricsPage now = page();
  CHECK(now.at("gateway_workers") == 5);
  const auto near = [](double value, double expected, double by) {
    return value >= expected - by && value <= expected + by;
  };
  CHECK(near(now.at("process_open_fds"), static_cast<double>(gateway.process().descriptors()), 5));
  CHECK(near(now.at("process_threads"), static_cast<double>(gateway.process().thread_names().size()), 5));
  const auto resident = static_cast<double>(gateway.process().status_kib("VmRSS")) * 1024;
  CHECK(near(now.at("process_resident_memory_bytes"), resident, resident / 2));
  CHECK(now.at("process_max_fds") >= 1000);
  CHECK(now.at("process_cpu_seconds_total") > 0);
  CHECK(near(now.at("process_start_time_seconds"), static_cast<double>(std::time(nullptr)), 600));
  CHECK(near(now.at("gateway_config_last_reload_success_timestamp_seconds"), now.at("process_start_time_seconds"), 60));
}

TEST_CASE("promtool finds nothing wrong with the page") {
  const std::string promtool = find_program("promtool");
  if (promtool.empty()) {
    MESSAGE("skipped: promtool is not installed");
    return;
  }
  const Road road;
  for (const std::string target : {"/up", "/down", "/nowhere", "/once", "/once"}) road.status_of("GET", target);
  road.page_after(5);
  const TemporaryFile page(road.gateway.admin("/metrics"));
  Process check({"/bin/sh", "-c", "exec \"$0\" check metrics < \"$1\"", promtool, page.path()});
  const int code = check.wait();
  CAPTURE(check.out());
  CAPTURE(check.err());
  CHECK(code == 0);
  CHECK(check.out().empty());
  CHECK(check.err().empty());
  const TemporaryFile broken("x{a=\"b} 1\n");
  CHECK(Process({"/bin/sh", "-c", "exec \"$0\" check metrics < \"$1\"", promtool, broken.path()}).wait() != 0);
}

// A rule that asks for what is not there never speaks.
TEST_CASE("each rule of docs/alerts.yml asks for metrics that are on the page, by words that are errors") {
  const Road road;
  const MetricsPage page = road.page_after(0);
  const std::string rules = source_tree::text_of("docs/alerts.yml");
  const std::regex metric("gateway_[a-z_]+");
  size_t found = 0;
  for (std::sregex_iterator at(rules.begin(), rules.end(), metric); at != std::sregex_iterator(); ++at, ++found) {
    const std::string name = std::regex_replace(at->str(), std::regex("_(count|bucket)$"), "");
    CAPTURE(name);
    CHECK(page.types.contains(name));
  }
  CHECK(found >= 8);
  std::smatch words;
  REQUIRE(std::regex_search(rules, words, std::regex("error=~\"([^\"]+)\"")));
  std::string_view rest(&*words[1].first, static_cast<size_t>(words[1].length()));
  while (!rest.empty()) {
    const std::regex word{std::string(take_until(rest, '|'))};
    size_t meant = 0;
    for (size_t i = 1; i < error_count; ++i) {
      const std::string_view one = info(static_cast<Error>(i)).word;
      meant += std::regex_match(one.begin(), one.end(), word) ? 1 : 0;
    }
    CHECK(meant > 0);
  }
  if (const std::string promtool = find_program("promtool"); !promtool.empty()) {
    CHECK(Process({promtool, "check", "rules", (source_tree::root() / "docs/alerts.yml").string()}).wait() == 0);
  }
}

// The answer to GET on a port, or "" while nobody answers there.
std::string ask(uint16_t port, const std::string& target) {
  try {
    Peer client = Peer::connect_to(port);
    client.send("GET " + target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    return client.read_response().body;
  } catch (const std::runtime_error&) {
    return "";
  }
}

TEST_CASE("a Prometheus scrapes the page, and gives back the counts that stand on it") {
  const std::string prometheus = find_program("prometheus");
  if (prometheus.empty()) {
    MESSAGE("skipped: prometheus is not installed");
    return;
  }
  const Road road;
  for (int i = 0; i < 3; ++i) road.status_of("GET", "/up");
  road.page_after(3);
  const TemporaryFile config(
      "global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs:\n"
      "  - {job_name: g, static_configs: [{targets: [\"127.0.0.1:" +
      std::to_string(road.gateway.admin_port()) + "\"]}]}\n");
  const std::string data = config.path() + ".data";
  const uint16_t port = unused_port();
  {
    Process server({prometheus, "--config.file=" + config.path(), "--storage.tsdb.path=" + data,
                    "--web.listen-address=127.0.0.1:" + std::to_string(port)});
    const auto holds = [&](const std::string& query, const std::string& value) {
      return eventually(
          [&] { return ask(port, "/api/v1/query?query=" + query).find(",\"" + value + "\"]") != std::string::npos; });
    };
    CHECK(holds("gateway_requests_total", "3"));
    CHECK(holds("up", "1"));
    CHECK(holds("gateway_request_duration_seconds_count%7Bservice%3D%22up%22%7D", "3"));
    server.signal(SIGTERM);
    server.wait();
  }
  std::filesystem::remove_all(data);
}

}  // namespace
}  // namespace glassgate::test
