#include "gateway/balancing.h"

#include "primitives/balance/consistent_hash.h"
#include "primitives/balance/least_connections.h"
#include "primitives/balance/round_robin.h"
#include "primitives/balance/weighted_round_robin.h"

namespace glassgate {
namespace {

std::shared_ptr<Balancer> make_weighted(const UpstreamConfig& config) {
  std::vector<unsigned> weights;
  for (const BackendConfig& backend : config.backends) weights.push_back(backend.weight);
  return std::make_shared<WeightedRoundRobin>(weights);
}

// The counts belong to the backends, which the balancer must not outlive: whoever holds it holds them, too (Upstream).
std::shared_ptr<Balancer> make_least(const UpstreamConfig& config,
                                     const std::vector<std::shared_ptr<Backend>>& backends) {
  std::vector<LeastConnections::Load> loads;
  for (size_t i = 0; i < backends.size(); ++i) loads.push_back({&backends[i]->in_flight, config.backends[i].weight});
  return std::make_shared<LeastConnections>(std::move(loads));
}

std::shared_ptr<Balancer> make_ring(const UpstreamConfig& config) {
  std::vector<ConsistentHash::Node> nodes;
  for (const BackendConfig& backend : config.backends) nodes.push_back({backend.address.text(), backend.weight});
  return std::make_shared<ConsistentHash>(nodes, config.virtual_nodes);
}

}  // namespace

std::shared_ptr<Balancer> make_balancer(const UpstreamConfig& config,
                                        const std::vector<std::shared_ptr<Backend>>& backends) {
  switch (config.balancer) {
    case BalancerKind::round_robin: break;
    case BalancerKind::weighted_round_robin: return make_weighted(config);
    case BalancerKind::least_connections: return make_least(config, backends);
    case BalancerKind::consistent_hash: return make_ring(config);
  }
  return std::make_shared<RoundRobin>();
}

bool balances_alike(const UpstreamConfig& a, const UpstreamConfig& b) {
  return a.balancer == b.balancer && a.backends == b.backends && a.virtual_nodes == b.virtual_nodes;
}

}  // namespace glassgate
