#include "gateway/runtime.h"

#include <algorithm>

#include "gateway/balancing.h"
#include "gateway/route_label.h"

namespace glassgate {
namespace {

std::shared_ptr<Backend> find_backend(const Upstream* upstream, const HostPort& address) {
  if (upstream == nullptr) return nullptr;
  const auto found = std::find_if(upstream->backends.begin(), upstream->backends.end(),
                                  [&](const auto& backend) { return backend->address == address; });
  return found == upstream->backends.end() ? nullptr : *found;
}

std::shared_ptr<Backend> keep_or_make(const Upstream* previous, const HostPort& address, const UpstreamConfig& config) {
  std::shared_ptr<Backend> kept = find_backend(previous, address);
  return kept ? kept : std::make_shared<Backend>(address, config);
}

Upstream make_upstream(const UpstreamConfig& config, const Upstream* previous) {
  Upstream out;
  out.config = &config;
  for (const BackendConfig& backend : config.backends) {
    out.backends.push_back(keep_or_make(previous, backend.address, config));
  }
  out.pool = previous ? previous->pool : std::make_shared<ConnectionPool>(config.pool);
  out.retry_budget = previous ? previous->retry_budget : std::make_shared<RetryBudget>();
  out.counts = previous ? previous->counts : std::make_shared<RequestCounts>();
  const bool same_balancing = previous && balances_alike(*previous->config, config);
  out.balancer = same_balancing ? previous->balancer : make_balancer(config, out.backends);
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
  make_limiters(previous);
}

void Runtime::make_limiters(const Runtime* previous) {
  if (config_->rate_limit) {
    door_limiter_ = keep_or_make_limiter("gateway", "gateway", *config_->rate_limit, previous);
    limits_.push_back({"gateway", door_limiter_});
  }
  for (const RouteConfig& route : config_->routes) {
    route_limiters_.emplace_back();
    if (!route.rate_limit) continue;
    route_limiters_.back() = keep_or_make_limiter("route", "route " + route_label(route), *route.rate_limit, previous);
    limits_.push_back({"route " + route.name, route_limiters_.back()});
  }
}

std::shared_ptr<RateLimiter> Runtime::keep_or_make_limiter(std::string_view policy, std::string label,
                                                           const RateLimitConfig& config, const Runtime* previous) {
  std::shared_ptr<RateLimiter> limiter;
  if (previous) {
    const auto before = previous->limiter_by_label_.find(label);
    if (before != previous->limiter_by_label_.end() && before->second->config() == config) limiter = before->second;
  }
  if (!limiter) limiter = std::make_shared<RateLimiter>(policy, std::move(label), config);
  limiter_by_label_.emplace(limiter->label(), limiter);
  return limiter;
}

void Runtime::apply_settings() const noexcept {
  for (const Upstream& upstream : upstreams_) {
    for (const auto& backend : upstream.backends) backend->apply(*upstream.config);
    upstream.pool->set_config(upstream.config->pool);
  }
}

void Runtime::close_some_idle() const {
  constexpr size_t closed_at_once = 4;
  for (const Upstream& upstream : upstreams_) upstream.pool->close_idle(closed_at_once);
}

void Runtime::retire_for(const Runtime& next) const noexcept {
  for (const Upstream& upstream : upstreams_) {
    if (next.find_upstream(upstream.config->name) == nullptr) upstream.pool->set_config({.max_idle = 0});
  }
}

const Upstream* Runtime::find_upstream(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &upstreams_[found->second];
}

void RuntimeHolder::swap_in(const std::shared_ptr<const Runtime>& next) {
  const std::shared_ptr<const Runtime> before = current();
  {
    const MutexLock lock(mutex_);
    if (before) replaced_.push_back(before);
    current_ = next;
  }
  if (before) before->retire_for(*next);
  next->apply_settings();
}

void RuntimeHolder::let_go_of_unused() {
  std::vector<std::shared_ptr<const Runtime>> unused;  // they go after unlocking
  const MutexLock lock(mutex_);
  for (auto& runtime : replaced_) {
    if (runtime.use_count() == 1) unused.push_back(std::move(runtime));
  }
  std::erase(replaced_, nullptr);
}

size_t RuntimeHolder::older_in_use() const {
  const MutexLock lock(mutex_);
  const auto is_used = [](const auto& runtime) { return runtime.use_count() > 1; };
  return static_cast<size_t>(std::count_if(replaced_.begin(), replaced_.end(), is_used));
}

}  // namespace glassgate
