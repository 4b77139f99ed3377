// The real program in front of whatever a test puts behind it: what TestGateway is inside the process, in one of its
// own.
#pragma once

#include "support/process.h"
#include "support/test_gateway.h"

namespace glassgate::test {

class GatewayProcess {
 public:
  // `yaml` as for TestGateway: everything but `listen`, `admin` and `log`. Returns when the gateway listens.
  explicit GatewayProcess(const std::string& yaml, unsigned long most_descriptors = 0);

  Process& process() { return process_; }
  uint16_t port() const { return port_; }
  uint16_t admin_port() const { return admin_port_; }
  Peer connect() const { return Peer::connect_to(port_); }
  // As TestGateway::admin().
  std::string admin(const std::string& path) const;

  const std::string& log_path() const { return log_.path(); }
  // The file that the gateway watches, and what it has to say for `yaml` as in the constructor.
  const std::string& config_path() const { return config_.path(); }
  std::string whole(const std::string& yaml) const { return whole(yaml, log_.path()); }
  // The lines of the log that hold `mark`.
  std::vector<std::string> log_lines(const std::string& mark) const;
  std::vector<std::string> wait_for_log_lines(const std::string& mark, size_t n = 1) const;

 private:
  static std::string whole(const std::string& yaml, const std::string& log_path);

  TemporaryFile log_;
  TemporaryFile config_;
  Process process_;
  uint16_t port_ = 0;
  uint16_t admin_port_ = 0;
};

// True when nobody takes a connection on this port.
bool refuses_connections(uint16_t port);

}  // namespace glassgate::test
