// The admin side: /healthz, /readyz, /status. On cpp-httplib, with threads of its own, so that it answers while the
// gateway is at its limits.
//
// Guarantee: no text that a request carries is sent back; a request to it cannot take a worker from the front door; a
// client that does not end cannot keep stop() waiting.
// Thread rule: start() and stop() by the owner.
#pragma once

#include <memory>
#include <string>

#include "gateway/status.h"

namespace glassgate {

class Admin {
 public:
  explicit Admin(StatusSources sources);
  ~Admin();
  Admin(const Admin&) = delete;
  Admin& operator=(const Admin&) = delete;

  // Empty: listening. Otherwise why not.
  std::string start(const HostPort& address);
  void stop();
  uint16_t port() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace glassgate
