#include "gateway/runtime.h"

#include <algorithm>

#include "primitives/balance/round_robin.h"

namespace glassgate {
namespace {

std::shared_ptr<Backend> find_backend(const Upstream* upstream, const HostPort& address) {
  if (upstream == nullptr) return nullptr;
  const auto found = std::find_if(upstream->backends.begin(), upstream->backends.end(),
                                  [&](const auto& backend) { return backend->address == address; });
  return found == upstream->backends.end() ? nullptr : *found;
}

Upstream make_upstream(const UpstreamConfig& config, const Upstream* previous) {
  Upstream out;
  out.config = &config;
  for (const BackendConfig& backend : config.backends) {
    std::shared_ptr<Backend> kept = find_backend(previous, backend.address);
    out.backends.push_back(kept ? std::move(kept) : std::make_shared<Backend>(backend.address));
  }
  out.pool = previous ? previous->pool : std::make_shared<ConnectionPool>(config.pool);
  if (previous) out.pool->set_config(config.pool);
  out.balancer = std::make_unique<RoundRobin>();
  return out;
}

}  // namespace

Runtime::Runtime(std::shared_ptr<const Config> config, const Runtime* previous)
    : config_(std::move(config)), routes_(config_->routes) {
  for (const UpstreamConfig& upstream : config_->upstreams) {
    by_name_.emplace(upstream.name, upstreams_.size());
    upstreams_.push_back(make_upstream(upstream, previous ? previous->find_upstream(upstream.name) : nullptr));
  }
  for (const RouteConfig& route : config_->routes) upstream_of_route_.push_back(by_name_.at(route.upstream));
}

const Upstream* Runtime::find_upstream(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &upstreams_[found->second];
}

}  // namespace glassgate
