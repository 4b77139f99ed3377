// The real program under attack, with good clients beside it, and what has to be true of it afterwards.
#pragma once

#include <memory>
#include <string>

#include "support/bystanders.h"
#include "support/gateway_process.h"
#include "support/scripted_upstream.h"

namespace glassgate::test {

class AttackedGateway {
 public:
  // `script` plays the backend of all paths but the bystanders' own. `time_out`: the gateway's, for heads, for pauses
  // in bodies and for that backend's answers; long where a test is not about time. `upstream`: YAML inside that one.
  explicit AttackedGateway(ScriptedUpstream::Script script, const std::string& time_out = "300ms",
                           const std::string& upstream = "");
  ~AttackedGateway();

  GatewayProcess& gateway() const { return *gateway_; }
  uint16_t port() const { return gateway_->port(); }
  Peer connect() const { return gateway_->connect(); }
  ScriptedUpstream& backend() { return backend_; }

  // Good clients begin. Called when what the attack may leave behind for good (a pool of memory, say) is there already:
  // what is measured now is what the process has to come back to.
  void begin_watch();
  // Waits until it has. The good clients have all been answered, before, beside and behind the attack; nothing is open
  // or in flight; the process has not grown; nothing in the log was the gateway's own fault; and it stops when told to.
  void check_unharmed();

 private:
  void check_bystanders();
  void check_pace(Bystanders::Clock::time_point attack_ends) const;
  void check_size();
  void check_log_and_end();
  bool is_at_rest() const;  // no client is connected, and nothing is in flight

  ScriptedUpstream good_;
  ScriptedUpstream backend_;
  std::unique_ptr<GatewayProcess> gateway_;
  std::unique_ptr<Bystanders> bystanders_;
  Bystanders::Latency quiet_{};
  Bystanders::Clock::time_point attack_begins_;
  size_t descriptors_ = 0;
  long resident_kib_ = 0;
};

}  // namespace glassgate::test
