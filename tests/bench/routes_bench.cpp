// What a match costs with 10, 100, 1,000 and 10,000 routes: its cost must not grow with their number.
//
// Two sets of requests: `hot` asks for eight routes over and over, as most traffic does; `random` asks for all routes
// evenly, so that with many routes the table comes from the outer caches. The requests lie one behind the other in
// memory, so that reading them costs the same everywhere. Times are the median of several rounds.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/route_table.h"

namespace {

using namespace glassgate;

constexpr size_t requests_per_round = 32768;
constexpr size_t rounds = 31;
constexpr size_t hot_routes = 8;
constexpr size_t route_counts[] = {10, 100, 1000, 10000};

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

// Nanoseconds for one match, over one round. Stops the program when a match is wrong: a fast mistake is worth nothing.
double one_round(const RouteTable& table, const Requests& requests) {
  const http::Fields fields;
  size_t wrong = 0;
  std::string_view rest = requests.bytes;
  const auto start = std::chrono::steady_clock::now();
  for (const Line& line : requests.lines) {
    const std::string_view host = rest.substr(0, line.host_size);
    const std::string_view path = rest.substr(line.host_size, line.path_size);
    rest.remove_prefix(line.host_size + line.path_size);
    const RouteMatch match = table.match({"GET", host, path, {}, fields});
    if (match.route == nullptr || match.index != line.expected) ++wrong;
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  if (wrong != 0) {
    std::fprintf(stderr, "routes_bench: %zu wrong matches\n", wrong);
    std::exit(1);
  }
  return took.count() / static_cast<double>(requests.lines.size());
}

double median_round(Distinct kind, size_t count, bool hot) {
  const std::vector<RouteConfig> routes = make_routes(kind, count);
  const RouteTable table(routes);
  const Requests requests = make_requests(kind, count, hot);
  std::vector<double> times;
  for (size_t i = 0; i < rounds; ++i) times.push_back(one_round(table, requests));
  std::nth_element(times.begin(), times.begin() + rounds / 2, times.end());
  return times[rounds / 2];
}

void print_row(Distinct kind, bool hot, const char* name) {
  std::printf("%-18s", name);
  double first = 0;
  double last = 0;
  for (const size_t count : route_counts) {
    last = median_round(kind, count, hot);
    if (first == 0) first = last;
    std::printf("%10.1f", last);
  }
  std::printf("%13.2f\n", last / first);
}

}  // namespace

int main() {
  std::printf("ns per match      %10s%10s%10s%10s%13s\n", "10", "100", "1000", "10000", "10000 : 10");
  print_row(Distinct::paths, true, "paths, hot");
  print_row(Distinct::paths, false, "paths, random");
  print_row(Distinct::hosts, true, "hosts, hot");
  print_row(Distinct::hosts, false, "hosts, random");
  return 0;
}
