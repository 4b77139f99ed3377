#include "gateway/config_future.h"

namespace glassgate {
namespace {

void add_upstream(std::vector<std::string>& keys, const UpstreamConfig& upstream) {
  const std::string prefix = "upstreams." + upstream.name + ".";
  if (upstream.balancer != BalancerKind::round_robin) keys.push_back(prefix + "balancer");
  if (upstream.health != HealthConfig{}) keys.push_back(prefix + "health");
  if (upstream.circuit_breaker) keys.push_back(prefix + "circuit_breaker");
}

}  // namespace

std::vector<std::string> keys_without_effect(const Config& config) {
  std::vector<std::string> keys;
  if (config.explain) keys.emplace_back("explain");
  if (config.rate_limit) keys.emplace_back("rate_limit");
  for (const UpstreamConfig& upstream : config.upstreams) add_upstream(keys, upstream);
  for (size_t i = 0; i < config.routes.size(); ++i) {
    if (config.routes[i].rate_limit) keys.push_back("routes[" + std::to_string(i) + "].rate_limit");
  }
  return keys;
}

}  // namespace glassgate
