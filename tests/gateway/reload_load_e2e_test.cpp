// A hundred reloads while clients are at it: nothing is lost, and nothing is left behind.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/watched_file.h"

namespace glassgate::test {
namespace {

const std::string common =
    "reload_interval: 10ms\n"
    "rate_limit: {requests: 1000000, window: 1s}\n";

// Upstream "u" with these backends, probed, with a circuit and a short-lived pool.
std::string in_front_of(const std::vector<const ScriptedUpstream*>& backends, const std::string& balancer,
                        const std::string& more = "") {
  std::string list;
  for (const ScriptedUpstream* backend : backends) list += (list.empty() ? "\"" : ", \"") + backend->address() + "\"";
  return common + more + "upstreams:\n  u:\n    balancer: " + balancer + "\n    backends: [" + list +
         "]\n    pool: {idle_timeout: 200ms}\n    circuit_breaker: {max_failures: 3, open_for: 1s}\n"
         "    health: {active: {path: /health, interval: 50ms, timeout: 5s}}\n"
         "routes:\n  - {path: /, upstream: u}\n";
}

struct Tally {
  std::atomic<bool> stop{false};
  std::atomic<int> good{0};
  std::atomic<int> lost{0};
};

// Requests with and without a body on one connection after the other.
void client(const GatewayProcess& gateway, Tally& tally) {
  try {
    while (!tally.stop) {
      Peer peer = gateway.connect();
      for (int i = 0; i < 20 && !tally.stop; ++i) {
        const bool with_body = i % 3 == 0;
        peer.send(with_body ? "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"
                            : "GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        const Response answer = peer.read_response();
        const bool is_good = answer.complete && answer.status() == 200 && answer.body == "body";
        ++(is_good ? tally.good : tally.lost);
      }
    }
  } catch (const std::runtime_error&) {
    ++tally.lost;
  }
}

uint64_t looks(const GatewayProcess& gateway) {
  const Json config = json_of(gateway.admin("/status")).at("config");
  return std::stoull(config.at("reloads").text) + std::stoull(config.at("failed_reloads").text);
}

// Workers come and go with their connections, and the admin's do, too. A sanitizer's thread has the program's name.
std::vector<std::string> lasting_threads(const GatewayProcess& gateway) {
  auto names = thread_names_of(const_cast<GatewayProcess&>(gateway).process().pid());
  std::erase_if(names, [](const std::string& name) {
    return name.starts_with("conn-") || name.starts_with("admin-") || name == "glassgate";
  });
  return names;
}

bool has_probed(const GatewayProcess& gateway) {
  const Json status = json_of(gateway.admin("/status"));
  for (const Json& backend : status.at("upstreams").at(0).at("backends").items) {
    if (backend.at("health").at("active").at("probed").text != "true") return false;
  }
  return true;
}

TEST_CASE("100 reloads under load, some of them bad: no request is lost, no descriptor and no thread is left") {
  ScriptedUpstream a(ScriptedUpstream::always(ok("body")));
  ScriptedUpstream b(ScriptedUpstream::always(ok("body")));
  ScriptedUpstream c(ScriptedUpstream::always(ok("body")));
  const std::string first = in_front_of({&a, &b}, "round_robin");
  const std::vector<std::string> files{
      in_front_of({&b, &c}, "round_robin", "explain: true\n"),
      in_front_of({&a, &b, &c}, "consistent_hash"),
      "nonsense: [\n",
      in_front_of({&c}, "least_connections", "explain: false\n"),
      in_front_of({&a, &b}, "weighted_round_robin") + "  - {path: /x, upstream: no}\n",
      in_front_of({&a, &c}, "weighted_round_robin") + "  - {path: /x, backends: [\"" + b.address() + "\"]}\n",
      first};
  GatewayProcess gateway(first);
  const std::vector<std::string> threads{"accept", "admin", "housekeeper", "log",
                                         "probe",  "probe", "probe-watch", "reload"};
  REQUIRE(eventually([&] { return lasting_threads(gateway) == threads && has_probed(gateway); }));
  size_t descriptors = gateway.process().descriptors();
  for (int i = 0; i < 100; ++i) descriptors = std::min(descriptors, gateway.process().descriptors());  // between probes

  Tally tally;
  std::vector<std::thread> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back([&] { client(gateway, tally); });
  bool all_seen = true;
  for (size_t i = 0; i < 100 && all_seen; ++i) {
    const std::string& file = i == 99 ? first : files[i % files.size()];
    const int good = tally.good;
    replace_by_rename(gateway.config_path(), gateway.whole(file) + "# " + std::to_string(i) + "\n");
    all_seen = eventually([&] { return looks(gateway) == i + 1 && tally.good + tally.lost > good + 4; });
  }
  tally.stop = true;
  for (std::thread& each : clients) each.join();
  CHECK(all_seen);
  CHECK(tally.lost == 0);
  CHECK(tally.good > 400);

  const Json status = json_of(gateway.admin("/status"));
  CHECK(status.at("config").at("errors").items.empty());
  CHECK(status.at("config").at("failed_reloads").text == "28");
  CHECK(status.at("config").at("reloads").text == "72");
  CHECK(std::to_string(tally.good) == status.at("requests").text);
  CAPTURE(descriptors);
  CHECK(eventually([&] { return lasting_threads(gateway) == threads; }));
  CHECK(eventually([&] { return gateway.process().descriptors() <= descriptors; }));
}

}  // namespace
}  // namespace glassgate::test
