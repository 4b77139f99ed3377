// The whole gateway, put together: what main() starts and stops, and what a test can run beside others in one
// process.
//
// Guarantee: start() either has everything running or says what is in the way and leaves nothing behind. drain() lets
// what is in flight finish, for as long as the configuration says; after it, no thread of the gateway exists but one
// that still hangs in the system's resolver, which nothing can end and nobody waits for (http/connect.h).
// Invariants:
//   I1 from the beginning of drain() on, /readyz says 503, no connection is accepted, and every answer closes its
//      connection
//   I2 what is still in flight when the drain time is over is cut, and the number is logged
// Thread rule: start() and drain() by one thread; apply() by one at a time; the rest by any.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "gateway/admin.h"
#include "gateway/housekeeper.h"
#include "gateway/listener.h"
#include "gateway/prober.h"
#include "gateway/reloader.h"
#include "gateway/services.h"
#include "gateway/worker_pool.h"

namespace glassgate {

class Gateway {
 public:
  // `file`: where the configuration was read from, to be watched for changes; without one nothing is reloaded.
  Gateway(const Clock& clock, std::shared_ptr<const Config> config, Reloader::Source file = {});
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // Empty: everything runs. Otherwise what is in the way, and nothing runs. To be called once.
  std::string start();
  // `cut_now` is asked now and then; true ends the drain time at once.
  void drain(const std::function<bool()>& cut_now);
  // SIGHUP: reads the file again, and opens the log again.
  void reload();
  // Swaps in another configuration; for what cannot change while the gateway runs, see gateway/reloader.h.
  void apply(std::shared_ptr<const Config> config);

  // The ports that are in use, which the configuration may have left open with port 0.
  uint16_t port() const { return listener_.port(); }
  uint16_t admin_port() const { return admin_ ? admin_->port() : 0; }
  const Services& services() const { return services_; }
  const WorkerPool& workers() const { return workers_; }

 private:
  std::string start_parts();
  void stop_parts();
  void serve(int fd);
  void refuse(int fd);
  void wait_until_drained(const std::function<bool()>& cut_now);

  const std::shared_ptr<const Config> config_;
  Log log_;
  Services services_;
  WorkerPool workers_;
  Housekeeper housekeeper_;
  Prober prober_;
  Reloader reloader_;
  Listener listener_;
  std::unique_ptr<Admin> admin_;
  bool running_ = false;
};

}  // namespace glassgate
