// How a request's way grows with the number of routes, from 10 to 10,000.
//   make bench-routes       writes docs/figures/routes-match.csv and routes-request.csv
//
// A match alone, in two sets of requests: `hot` asks for eight routes over and over, as most traffic does; `random`
// asks for all routes evenly, so that with many routes the table comes from the outer caches. The requests lie one
// behind the other in memory, so that reading them costs the same everywhere. Then whole requests through a gateway.
#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bench/support/figure.h"
#include "bench/support/load.h"
#include "gateway/route_table.h"

namespace glassgate::bench {
namespace {

constexpr size_t requests_per_round = 32768;
constexpr size_t match_rounds = 11;
constexpr size_t request_rounds = 5;
constexpr Duration time_per_point = std::chrono::milliseconds(600);
constexpr size_t hot_routes = 8;
constexpr size_t route_counts[] = {10, 30, 100, 300, 1000, 3000, 10000};

enum class Distinct { paths, hosts };

std::string host_of(Distinct kind, size_t i) {
  return kind == Distinct::hosts ? "service-" + std::to_string(i) + ".example.com" : "api.example.com";
}

std::string path_of(Distinct kind, size_t i) {
  return kind == Distinct::paths ? "/api/v1/service-" + std::to_string(i) + "/items" : "/api/v1/items";
}

std::vector<RouteConfig> make_routes(Distinct kind, size_t count) {
  std::vector<RouteConfig> routes(count);
  for (size_t i = 0; i < count; ++i) {
    routes[i].path = path_of(kind, i);
    if (kind == Distinct::hosts) routes[i].host = host_of(kind, i);
  }
  return routes;
}

struct Line {
  size_t host_size;
  size_t path_size;
  size_t expected;
};

// Host, path, host, path, ... in one piece of memory.
struct Requests {
  std::string bytes;
  std::vector<Line> lines;
};

Requests make_requests(Distinct kind, size_t routes, bool hot) {
  std::mt19937 random(7);
  std::uniform_int_distribution<size_t> among(0, std::min(hot ? hot_routes : routes, routes) - 1);
  const size_t spread = hot ? std::max<size_t>(routes / hot_routes, 1) : 1;
  Requests out;
  for (size_t n = 0; n < requests_per_round; ++n) {
    const size_t i = among(random) * spread;
    const std::string host = host_of(kind, i);
    const std::string path = path_of(kind, i) + "/7";
    out.bytes += host + path;
    out.lines.push_back({host.size(), path.size(), i});
  }
  return out;
}

struct Case {
  Case(Distinct kind, bool hot, size_t count)
      : series(std::string(kind == Distinct::paths ? "by path" : "by host") +
               (hot ? " (eight of them)" : " (all evenly)")),
        routes(make_routes(kind, count)),
        table(routes),
        requests(make_requests(kind, count, hot)) {}
  Case(const Case&) = delete;
  Case& operator=(const Case&) = delete;

  const std::string series;
  const std::vector<RouteConfig> routes;
  const RouteTable table;
  const Requests requests;
};

// Stops the program when a match is wrong: a fast mistake is worth nothing.
void match_all(const Case& one) {
  const http::Fields fields;
  size_t wrong = 0;
  std::string_view rest = one.requests.bytes;
  for (const Line& line : one.requests.lines) {
    const std::string_view host = rest.substr(0, line.host_size);
    const std::string_view path = rest.substr(line.host_size, line.path_size);
    rest.remove_prefix(line.host_size + line.path_size);
    const RouteMatch match = one.table.match({"GET", host, path, {}, fields});
    if (match.route == nullptr || match.index != line.expected) ++wrong;
  }
  if (wrong != 0) fail(std::to_string(wrong) + " wrong matches");
}

void measure_matches(const std::string& folder) {
  std::vector<std::unique_ptr<Case>> cases;
  for (const Distinct kind : {Distinct::paths, Distinct::hosts}) {
    for (const bool hot : {true, false}) {
      for (const size_t count : route_counts) cases.push_back(std::make_unique<Case>(kind, hot, count));
    }
  }
  Figure figure(
      {"routes-match", "The time of a match, by the number of routes", "routes", "processor time of a match, ns"});
  for (size_t round = 1; round <= match_rounds; ++round) {
    say("routes: matches, round " + std::to_string(round) + " of " + std::to_string(match_rounds));
    for (const auto& one : cases) {
      const double time = nanoseconds_of([&] { match_all(*one); });
      figure.add(one->series, one->routes.size(), time / static_cast<double>(requests_per_round));
    }
  }
  figure.write(folder, "make bench-routes");
}

std::string config_of(size_t routes, uint16_t backend) {
  std::string yaml = "upstreams:\n  all:\n    backends: [127.0.0.1:" + std::to_string(backend) + "]\nroutes:\n";
  for (size_t i = 0; i < routes; ++i) yaml += "  - {path: " + path_of(Distinct::paths, i) + ", upstream: all}\n";
  return yaml;
}

std::vector<std::string> requests_for(size_t routes) {
  std::mt19937 random(7);
  std::uniform_int_distribution<size_t> among(0, routes - 1);
  std::vector<std::string> out;
  for (size_t i = 0; i < requests_per_round; ++i) out.push_back(get(path_of(Distinct::paths, among(random))));
  return out;
}

void measure_requests(const std::string& folder) {
  const uint16_t backend = start_backends(1).front();
  std::vector<std::unique_ptr<GatewayUnderLoad>> gateways;
  for (const size_t count : route_counts) {
    say("routes: starts a gateway with " + std::to_string(count));
    gateways.push_back(std::make_unique<GatewayUnderLoad>(config_of(count, backend), 64));
  }
  Figure figure({"routes-request", "The processor time of a request, by the number of routes", "routes",
                 "processor time of a request, µs"});
  for (size_t round = 1; round <= request_rounds; ++round) {
    say("routes: requests, round " + std::to_string(round) + " of " + std::to_string(request_rounds));
    for (size_t i = 0; i < gateways.size(); ++i) {
      BusyClients clients(*gateways[i], requests_for(route_counts[i]));
      figure.add("all routes evenly", route_counts[i], clients.measure(time_per_point));
    }
  }
  figure.write(folder, "make bench-routes");
}

}  // namespace
}  // namespace glassgate::bench

int main(int argc, char** argv) {
  const std::string folder = glassgate::bench::figures_folder(argc, argv);
  glassgate::bench::measure_matches(folder);
  glassgate::bench::measure_requests(folder);
  return 0;
}
