// The admin side: /metrics, /healthz, /readyz, /status, /explain. A small server of its own, with threads of its own,
// so that it answers while the gateway is at its limits.
//
// Problem: whoever asks how the gateway is must be answered also when it is full, and must not be able to hurt it.
// Guarantee: one request a connection, with a time for the whole of it. No text that a request carries is sent back; a
// request here cannot take a worker from the front door.
// Invariants:
//   I1 a connection whose request is not complete, or that has its answer, can be closed for a newcomer: clients that
//      say nothing, say it slowly, or stay, cannot keep others out
//   I2 stop() waits for nobody
// Thread rule: start() and stop() by the owner.
#pragma once

#include <memory>
#include <string>

#include "gateway/client_connection.h"
#include "gateway/listener.h"
#include "gateway/status.h"

namespace glassgate {

class Admin {
 public:
  static constexpr size_t threads = 16;

  explicit Admin(StatusSources sources);
  ~Admin() { stop(); }
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  // Empty: listening. Otherwise why not.
  std::string start(const HostPort& address);
  void stop();
  uint16_t port() const { return listener_.port(); }

 private:
  bool make_room();
  void serve(int fd);

  const StatusSources sources_;
  ConnectionRegistry connections_;
  WorkerPool workers_;
  Listener listener_;
};

}  // namespace glassgate
