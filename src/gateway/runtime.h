// Everything that one configuration brings to life, as one snapshot.
//
// Problem: a reload must never split a request between two configurations, and must not forget what is known of
// backends.
// Guarantee: a request takes the snapshot once, when it starts, and uses it to its end. Snapshots are swapped whole.
// Invariants:
//   I1 a Runtime is immutable; what changes hangs on it behind pointers (Backend, ConnectionPool, Balancer)
//   I2 a backend, or an upstream's pool, that the previous snapshot had under the same name is carried over
// Thread rule: RuntimeHolder may be used from any thread; a Runtime is shared freely.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "gateway/connection_pool.h"
#include "gateway/route_table.h"
#include "primitives/balance/balancer.h"

namespace glassgate {

struct Upstream {
  const UpstreamConfig* config = nullptr;          // lives in the same Runtime
  std::vector<std::shared_ptr<Backend>> backends;  // in the order of config->backends
  std::shared_ptr<ConnectionPool> pool;
  std::unique_ptr<Balancer> balancer;
};

class Runtime {
 public:
  Runtime(std::shared_ptr<const Config> config, const Runtime* previous);

  const Config& config() const { return *config_; }
  const RouteTable& routes() const { return routes_; }
  const std::vector<Upstream>& upstreams() const { return upstreams_; }
  const Upstream& upstream_of(size_t route_index) const { return upstreams_[upstream_of_route_[route_index]]; }

 private:
  const Upstream* find_upstream(std::string_view name) const;

  std::shared_ptr<const Config> config_;
  RouteTable routes_;
  std::vector<Upstream> upstreams_;                       // in the order of the file
  std::unordered_map<std::string_view, size_t> by_name_;  // views into config_
  std::vector<size_t> upstream_of_route_;
};

class RuntimeHolder {
 public:
  std::shared_ptr<const Runtime> current() const {
    const MutexLock lock(mutex_);
    return current_;
  }
  void swap_in(std::shared_ptr<const Runtime> next) {
    const MutexLock lock(mutex_);
    current_.swap(next);  // the old one is let go of after unlocking, when `next` goes
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const Runtime> current_ GUARDED_BY(mutex_);
};

}  // namespace glassgate
