// How a request's way grows with the number of backends of one upstream, from 3 to 1,000, with passive health and
// circuits on.
//   make bench-backends     writes docs/figures/backends-pick.csv and backends-request.csv
//
// First the choice alone: the health filter, the circuits, the balancer. All backends are well and have nothing to do,
// so all of them are equals. Then whole requests through a gateway, with a pool that has room for a connection to each
// backend, and once with the pool as it is when nothing is said (100).
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/support/figure.h"
#include "bench/support/load.h"
#include "gateway/candidates.h"
#include "support/test_exchange.h"

namespace glassgate::bench {
namespace {

constexpr size_t backend_counts[] = {3, 10, 30, 100, 300, 1000};
constexpr size_t pick_rounds = 7;
constexpr size_t request_rounds = 5;
constexpr size_t backends_looked_at = 2'000'000;  // in one round: so many picks as that makes
constexpr Duration time_per_point = std::chrono::milliseconds(400);
constexpr size_t keys = 1024;

struct Kind {
  std::string_view balancer;
  std::string_view label;
};
constexpr Kind kinds[] = {{"round_robin", "round robin"},
                          {"weighted_round_robin", "weighted round robin"},
                          {"least_connections", "least connections"},
                          {"consistent_hash", "consistent hash"}};

// An upstream over these ports, and a route /NAME to it.
struct Configs {
  std::string upstreams = "upstreams:\n";
  std::string routes = "routes:\n";

  void add(const std::string& name, std::string_view balancer, std::string_view pool,
           const std::vector<uint16_t>& ports) {
    const bool hashes = balancer == "consistent_hash";
    upstreams += "  " + name + ":\n    balancer: " + std::string(balancer) + "\n" +
                 (hashes ? "    hash_on: header:x-key\n" : "") + std::string(pool) +
                 "    health: {passive: {window: 10s, error_rate: 0.5, min_requests: 10}}\n"
                 "    circuit_breaker: {max_failures: 5, open_for: 30s}\n    backends:\n";
    for (const uint16_t port : ports) upstreams += "      - 127.0.0.1:" + std::to_string(port) + "\n";
    routes += "  - {path: /" + name + ", upstream: " + name + "}\n";
  }
  std::string text() const { return upstreams + routes; }
};

struct PickCase {
  PickCase(const Kind& which, const std::vector<uint16_t>& ports) : kind(which), backends(ports.size()) {
    Configs configs;
    configs.add("all", kind.balancer, "", ports);
    exchange = std::make_unique<test::TestExchange>("GET /all HTTP/1.1\r\nHost: bench\r\n\r\n",
                                                    test::TestExchange::Setup{"192.0.2.1", configs.text()});
    exchange->route();
  }

  Kind kind;
  size_t backends;
  std::unique_ptr<test::TestExchange> exchange;
};

void choose(Exchange& x, const std::string& key) {
  Candidates().swap(x.candidates);  // as a new exchange has them: without memory
  x.balancer_key = key;
  if (!find_candidates(x) || !pick_backend(x)) fail("nobody was picked");
  x.permit.give_back();
}

void measure_picks(const std::string& folder, const std::vector<uint16_t>& ports) {
  std::vector<std::string> some_keys;
  for (size_t i = 0; i < keys; ++i) some_keys.push_back("client-" + std::to_string(i));
  std::vector<PickCase> cases;
  for (const Kind& kind : kinds) {
    for (const size_t count : backend_counts) {
      cases.emplace_back(kind, std::vector<uint16_t>(ports.begin(), ports.begin() + static_cast<long>(count)));
    }
  }
  Figure figure({"backends-pick", "The time of a choice, by the number of backends", "backends of the upstream",
                 "processor time of health, circuits and pick, µs", Scale::log});
  for (size_t round = 1; round <= pick_rounds; ++round) {
    say("backends: picks, round " + std::to_string(round) + " of " + std::to_string(pick_rounds));
    for (PickCase& one : cases) {
      const size_t picks = backends_looked_at / (one.backends + 20);
      const double time = nanoseconds_of([&] {
        for (size_t i = 0; i < picks; ++i) choose(one.exchange->x, some_keys[i % keys]);
      });
      figure.add(std::string(one.kind.label), one.backends, time / 1000 / static_cast<double>(picks));
    }
  }
  figure.write(folder, "make bench-backends");
}

std::string gateway_config(const std::vector<uint16_t>& ports) {
  Configs configs;
  for (const Kind& kind : kinds) {
    configs.add(std::string(kind.balancer), kind.balancer, "    pool: {max_idle: 4000}\n", ports);
  }
  configs.add("default_pool", "round_robin", "", ports);
  return configs.text();
}

std::vector<std::string> requests_for(std::string_view name) {
  std::vector<std::string> out;
  for (size_t i = 0; i < keys; ++i) {
    out.push_back("GET /" + std::string(name) + " HTTP/1.1\r\nHost: bench\r\nX-Key: client-" + std::to_string(i) +
                  "\r\n\r\n");
  }
  return out;
}

// Every backend gets its pooled connections before anything is measured, where the pool has room for them.
double measure_one(const GatewayUnderLoad& gateway, std::string_view name) {
  return BusyClients(gateway, requests_for(name)).measure(time_per_point);
}

void measure_requests(const std::string& folder, const std::vector<uint16_t>& ports) {
  std::vector<std::unique_ptr<GatewayUnderLoad>> gateways;
  for (const size_t count : backend_counts) {
    say("backends: starts a gateway with " + std::to_string(count));
    const std::vector<uint16_t> some(ports.begin(), ports.begin() + static_cast<long>(count));
    gateways.push_back(std::make_unique<GatewayUnderLoad>(gateway_config(some), 4096));
    for (const Kind& kind : kinds) measure_one(*gateways.back(), kind.balancer);
  }
  Figure figure({"backends-request", "The processor time of a request, by the number of backends",
                 "backends of the upstream", "processor time of a request, µs"});
  for (size_t round = 1; round <= request_rounds; ++round) {
    say("backends: requests, round " + std::to_string(round) + " of " + std::to_string(request_rounds));
    for (size_t i = 0; i < gateways.size(); ++i) {
      for (const Kind& kind : kinds) {
        figure.add(std::string(kind.label), backend_counts[i], measure_one(*gateways[i], kind.balancer));
      }
      figure.add("round robin (pool of 100)", backend_counts[i], measure_one(*gateways[i], "default_pool"));
    }
  }
  figure.write(folder, "make bench-backends");
}

}  // namespace
}  // namespace glassgate::bench

int main(int argc, char** argv) {
  const std::string folder = glassgate::bench::figures_folder(argc, argv);
  const std::vector<uint16_t> ports = glassgate::bench::start_backends(1000);
  glassgate::bench::measure_picks(folder, ports);
  glassgate::bench::measure_requests(folder, ports);
  return 0;
}
