// One probe of one backend: a GET, and a verdict in bounded time.
//
// Problem: a backend that drips a byte now and then keeps any time-out on single reads from ever passing.
// Guarantee: run() ends soon after cut() was called, wherever it waits. Whoever called run() has somebody else call
// cut() when the time is over (gateway/prober.h).
// Invariants:
//   I1 cut() never touches a descriptor that has become somebody else's: it works on a duplicate that the probe owns
// Thread rule: run() by one thread, cut() by any. Units: time-outs from now.
#pragma once

#include <string>

#include "base/mutex.h"
#include "gateway/config.h"

namespace glassgate {

class Probe {
 public:
  static constexpr size_t most_body_bytes = 64 * 1024;  // more of an answer is not waited for

  struct Result {
    bool success = false;
    std::string what;  // "200", "503: expected 200-399", "no address", "no connection", "timed out"
  };

  Probe(HostPort address, ActiveHealthConfig config) : address_(std::move(address)), config_(std::move(config)) {}
  ~Probe();
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  Result run();
  void cut();

 private:
  Result ask(const std::string& ip, bool& connected);
  void watch(int fd);
  void forget();
  bool is_cut();
  Result judge(int status) const;

  const HostPort address_;
  const ActiveHealthConfig config_;
  Mutex mutex_;
  int duplicate_ GUARDED_BY(mutex_) = -1;
  bool cut_ GUARDED_BY(mutex_) = false;
};

}  // namespace glassgate
