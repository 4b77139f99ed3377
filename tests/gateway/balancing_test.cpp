#include "gateway/balancing.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate {
namespace {

using Backends = std::vector<std::shared_ptr<Backend>>;

UpstreamConfig upstream_with(BalancerKind kind, const std::vector<unsigned>& weights) {
  UpstreamConfig out;
  out.balancer = kind;
  uint16_t port = 9101;
  for (const unsigned weight : weights) out.backends.push_back({{"127.0.0.1", port++}, weight});
  return out;
}

Backends backends_of(const UpstreamConfig& config) {
  Backends out;
  for (const BackendConfig& backend : config.backends) out.push_back(std::make_shared<Backend>(backend.address));
  return out;
}

// "a" is the first backend.
std::string picks_of(Balancer& balancer, size_t backends, int n, const std::string& key = "") {
  std::string out;
  for (int i = 0; i < n; ++i) {
    out += static_cast<char>('a' + static_cast<int>(balancer.pick(Candidates(backends, true), key).value()));
  }
  return out;
}

TEST_CASE("each kind of balancer picks in its own order") {
  const struct {
    BalancerKind kind;
    std::vector<unsigned> weights;
    std::string picks;
  } rows[] = {
      {BalancerKind::round_robin, {1, 1, 1}, "abcabca"},
      {BalancerKind::round_robin, {5, 1, 1}, "abcabca"},
      {BalancerKind::weighted_round_robin, {5, 1, 1}, "aabacaa"},
      {BalancerKind::weighted_round_robin, {1, 1, 1}, "abcabca"},
      {BalancerKind::least_connections, {1, 1, 1}, "abcabca"},
  };
  for (const auto& row : rows) {
    CAPTURE(std::string(to_string(row.kind)));
    const UpstreamConfig config = upstream_with(row.kind, row.weights);
    CHECK(picks_of(*make_balancer(config, backends_of(config)), row.weights.size(), 7) == row.picks);
  }
}

TEST_CASE("least_connections counts what is in flight to the backends that it was given, by their weights") {
  const UpstreamConfig config = upstream_with(BalancerKind::least_connections, {3, 1});
  const Backends backends = backends_of(config);
  const auto balancer = make_balancer(config, backends);
  const InFlight one(*backends[0]);
  CHECK(picks_of(*balancer, 2, 2) == "bb");
  const InFlight other(*backends[1]);
  CHECK(picks_of(*balancer, 2, 3) == "aaa");  // 1/3 against 1/1
  const InFlight second(*backends[0]);
  const InFlight third(*backends[0]);
  const InFlight fourth(*backends[0]);
  CHECK(picks_of(*balancer, 2, 3) == "bbb");  // 4/3 against 1/1
}

TEST_CASE("consistent_hash keeps a key at its backend, gives weights their share, and has the points it was told") {
  UpstreamConfig config = upstream_with(BalancerKind::consistent_hash, {3, 1});
  const auto balancer = make_balancer(config, backends_of(config));
  CHECK(balancer->describe("k").ends_with(" of 600 on the ring"));
  int first = 0;
  for (int i = 0; i < 4000; ++i) {
    const std::string picks = picks_of(*balancer, 2, 2, "key " + std::to_string(i));
    REQUIRE(picks[0] == picks[1]);
    if (picks[0] == 'a') ++first;
  }
  CHECK(first > 2600);  // 3000 by the weights
  CHECK(first < 3400);
  config.virtual_nodes = 10;
  CHECK(make_balancer(config, backends_of(config))->describe("k").ends_with(" of 40 on the ring"));
}

TEST_CASE("a balancer serves on exactly when balancer, backends, weights and points are the same") {
  const UpstreamConfig before = upstream_with(BalancerKind::weighted_round_robin, {5, 1});
  using Change = void (*)(UpstreamConfig&);
  const struct {
    std::string what;
    Change change;
    bool alike;
  } rows[] = {
      {"nothing", [](UpstreamConfig&) {}, true},
      {"a time-out", [](UpstreamConfig& config) { config.response_timeout = Duration(1); }, true},
      {"what is hashed", [](UpstreamConfig& config) { config.hash_on.kind = KeySource::Kind::path; }, true},
      {"the balancer", [](UpstreamConfig& config) { config.balancer = BalancerKind::round_robin; }, false},
      {"a weight", [](UpstreamConfig& config) { config.backends[1].weight = 2; }, false},
      {"a backend more",
       [](UpstreamConfig& config) {
         config.backends.push_back({{"h", 1}, 1});
       },
       false},
      {"another order", [](UpstreamConfig& config) { std::swap(config.backends[0], config.backends[1]); }, false},
      {"the points", [](UpstreamConfig& config) { config.virtual_nodes = 7; }, false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    UpstreamConfig after = before;
    row.change(after);
    CHECK(balances_alike(before, after) == row.alike);
    CHECK(balances_alike(after, before) == row.alike);
  }
}

}  // namespace
}  // namespace glassgate
