// Everything that one configuration brings to life, as one snapshot.
//
// Problem: a reload must never split a request between two configurations, and must not forget what is known of
// backends, nor hand out budgets anew.
// Guarantee: a request takes the snapshot once, when it starts, and uses it to its end. Snapshots are swapped whole:
// one that could not be made changes nothing. What hangs on an old one (a million budgets, say) is freed by whoever
// keeps house, and makes no request wait.
// Invariants:
//   I1 a Runtime is immutable; what changes hangs on it behind pointers (Backend, ConnectionPool, Balancer, ...)
//   I2 a backend, or an upstream's pool, retry budget and counts, that the previous snapshot had under the same name
//      is carried over; a balancer, or a rate limiter, when its settings are the same
// Thread rule: RuntimeHolder may be used from any thread; a Runtime is shared freely.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "gateway/connection_pool.h"
#include "gateway/rate_limiter.h"
#include "gateway/request_counts.h"
#include "gateway/route_table.h"
#include "primitives/balance/balancer.h"
#include "primitives/breaker/retry_budget.h"

namespace glassgate {

struct Upstream {
  const UpstreamConfig* config = nullptr;          // lives in the same Runtime
  std::vector<std::shared_ptr<Backend>> backends;  // in the order of config->backends
  std::shared_ptr<ConnectionPool> pool;
  std::shared_ptr<Balancer> balancer;
  std::shared_ptr<RetryBudget> retry_budget;
  std::shared_ptr<RequestCounts> counts;
};

struct RateLimit {
  std::string name;  // in metrics and /status: without values that routes ask for, which may be secrets
  std::shared_ptr<RateLimiter> limiter;
};

class Runtime {
 public:
  Runtime(std::shared_ptr<const Config> config, const Runtime* previous);
  // What was carried over goes on with the settings of this snapshot.
  void apply_settings() const noexcept;
  // Pools that are not carried over keep nothing any more, however long an old request (a tunnel, say) holds this
  // snapshot.
  void retire_for(const Runtime& next) const noexcept;
  // What is pooled is for speed, and stands back when somebody needs descriptors. A few of each upstream's: others may
  // need one in the same moment.
  void close_some_idle() const;

  const Config& config() const { return *config_; }
  const RouteTable& routes() const { return routes_; }
  const std::vector<Upstream>& upstreams() const { return upstreams_; }
  const Upstream& upstream_of(size_t route_index) const { return upstreams_[upstream_of_route_[route_index]]; }
  // Limiters may be missing.
  const std::shared_ptr<RateLimiter>& door_limiter() const { return door_limiter_; }
  const std::shared_ptr<RateLimiter>& limiter_of(size_t route_index) const { return route_limiters_[route_index]; }
  const std::vector<RateLimit>& limits() const { return limits_; }  // those that are there

 private:
  const Upstream* find_upstream(std::string_view name) const;
  void make_limiters(const Runtime* previous);
  std::shared_ptr<RateLimiter> keep_or_make_limiter(std::string_view policy, std::string label,
                                                    const RateLimitConfig& config, const Runtime* previous);

  std::shared_ptr<const Config> config_;
  RouteTable routes_;
  std::vector<Upstream> upstreams_;                       // in the order of the file
  std::unordered_map<std::string_view, size_t> by_name_;  // views into config_
  std::vector<size_t> upstream_of_route_;
  std::shared_ptr<RateLimiter> door_limiter_;
  std::vector<std::shared_ptr<RateLimiter>> route_limiters_;
  std::vector<RateLimit> limits_;
  std::unordered_map<std::string_view, std::shared_ptr<RateLimiter>> limiter_by_label_;  // views into the limiters
};

class RuntimeHolder {
 public:
  std::shared_ptr<const Runtime> current() const {
    const MutexLock lock(mutex_);
    return current_;
  }
  void swap_in(const std::shared_ptr<const Runtime>& next);  // by one thread at a time
  // Of those that were replaced, to be called now and then.
  void let_go_of_unused();
  // How many of them requests still use.
  size_t older_in_use() const;

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const Runtime> current_ GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<const Runtime>> replaced_ GUARDED_BY(mutex_);
};

}  // namespace glassgate
