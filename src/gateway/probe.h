// One probe of one backend: a GET, and a verdict in bounded time and memory.
//
// Problem: a backend that drips a byte now and then keeps any time-out on single reads from ever passing; and one that
// is broken or hostile answers a probe, too, so its answer is read as strictly as a client's: the head by our own
// reader, within limits, and of the body no more than the verdict needs.
// Guarantee: run() ends soon after cut() was called, wherever it waits. Whoever called run() has somebody else call
// cut() when the time is over (gateway/prober.h).
// Invariants:
//   I1 cut() never touches a descriptor that has become somebody else's: a socket is known to it only while it is open
// Thread rule: run() by one thread, cut() by any. Units: time-outs from now.
#pragma once

#include <string>

#include "base/mutex.h"
#include "gateway/config.h"
#include "http/connection.h"

namespace glassgate {

class Probe {
 public:
  static constexpr size_t most_body_bytes = 64 * 1024;  // more of an answer is not waited for

  struct Result {
    bool success = false;
    std::string what;        // "200", "503, expected 200-399", "no address", "no answer", "timed out"
    bool is_verdict = true;  // false: it is this side that had no means to ask
  };

  Probe(HostPort address, ActiveHealthConfig config) : address_(std::move(address)), config_(std::move(config)) {}
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;

  Result run();
  void cut();

 private:
  class Watched;

  Result ask(http::Connection& wire);
  Result read_answer(http::Connection& wire);
  std::string request() const;
  Result judge(int status) const;
  // The socket that cut() is to shut down from now on, or nullptr. False when there is no sense in waiting any more.
  bool watch(const http::Socket* socket);
  bool is_cut();

  const HostPort address_;
  const ActiveHealthConfig config_;
  Mutex mutex_;
  const http::Socket* socket_ GUARDED_BY(mutex_) = nullptr;
  bool cut_ GUARDED_BY(mutex_) = false;
};

}  // namespace glassgate
