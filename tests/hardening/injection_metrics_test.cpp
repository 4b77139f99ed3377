// The number of series on /metrics is the configuration's, and no client's: a page that clients can make grow ends a
// Prometheus server, and then the gateway.
#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <string>
#include <vector>

#include "hardening/pages.h"
#include "support/metrics_page.h"
#include "support/threads.h"

namespace glassgate::test {
namespace {

constexpr size_t in_one_go = 100;

struct Asker {
  std::mt19937_64 random;

  std::string word() { return std::to_string(random() % 1'000'000'000); }
  // Another path, method, host, query, agent and id each time; half of them reach a backend.
  std::string request() {
    static const std::vector<std::string> methods{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE"};
    const bool odd = random() % 2 == 0;
    const std::string method = odd ? "M" + word() : methods[random() % methods.size()];
    const std::string path = (random() % 2 == 0 ? "/up/" : "/nowhere/") + word();
    return method + " " + path + "?" + word() + " HTTP/1.1\r\nHost: h" + word() + "\r\nUser-Agent: " + word() +
           "\r\nX-Request-ID: " + word() + "\r\nX-" + word() + ": " + word() + "\r\n\r\n";
  }
};

// On one connection, many in one go; how many were answered.
size_t ask(const TestGateway& gateway, const std::vector<std::string>& requests) {
  Peer client = gateway.connect();
  size_t answered = 0;
  for (size_t first = 0; first < requests.size(); first += in_one_go) {
    const size_t end = std::min(first + in_one_go, requests.size());
    std::string bytes;
    for (size_t i = first; i < end; ++i) bytes += requests[i];
    client.send(bytes);
    for (size_t i = first; i < end; ++i) answered += client.read_response(requests[i].starts_with("HEAD ")).complete;
  }
  return answered;
}

std::vector<std::string> one_of_each() {
  std::vector<std::string> out;
  for (const std::string method : {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "ODD"}) {
    for (const std::string path : {"/up", "/nowhere"}) {
      out.push_back(method + " " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }
  }
  return out;
}

// Answers HEAD as it should be, and everything else with "hello".
void serve(Peer& peer, int) {
  for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
    if (!peer.send(request.starts_with("HEAD ") ? "HTTP/1.1 200 OK\r\n\r\n" : ok("hello"))) return;
  }
}

TEST_CASE("10,000 random paths, methods, hosts, agents and ids make no new series, and no more keys than are allowed") {
  const ScriptedUpstream upstream(serve);
  const TestGateway gateway(
      "explain: true\nrate_limit: {requests: 1000000, window: 1s, key: header:X-Request-ID, max_keys: 50}\nroutes: "
      "[{path: /up, "
      "backends: [\"" +
      upstream.address() +
      "\"], rate_limit: {requests: 1000000, window: 1s, key: header:User-Agent, max_keys: 50}}]\n");
  CHECK(ask(gateway, one_of_each()) == one_of_each().size());
  gateway.wait_for_access_lines(one_of_each().size());
  const MetricsPage before(gateway.admin("/metrics"));
  Threads askers;
  std::atomic<size_t> answered{0};
  for (size_t i = 0; i < 4; ++i) {
    askers.start([&, i] {
      Asker asker{std::mt19937_64(i)};
      std::vector<std::string> requests;
      for (int n = 0; n < 2500; ++n) requests.push_back(asker.request());
      answered += ask(gateway, requests);
    });
  }
  askers.join();
  CHECK(answered == 10'000);
  const MetricsPage after(gateway.admin("/metrics"));
  CHECK(after.samples.size() == before.samples.size());
  for (const auto& sample : after.samples) {
    CAPTURE(sample.first);
    CHECK(before.has(sample.first));
    if (sample.first.starts_with("gateway_rate_limit_keys")) CHECK(sample.second <= 50);
  }
  check_all_pages(gateway);
}

}  // namespace
}  // namespace glassgate::test
