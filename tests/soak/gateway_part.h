// The gateway under the soak: the real program with everything switched on, disturbed while it works.
//
// Every few seconds its configuration changes (weights, a backend less, now and then a file full of mistakes), and its
// log is taken away and asked for anew. Every line of the log is read: each is JSON, there is one for each request, and
// none tells of an exception. Thread rule: run() is the body of a thread; the rest is for the owner, before and after,
// but process(), of which the owner may ask how it is meanwhile.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "soak/ledger.h"
#include "support/gateway_process.h"
#include "support/json_reader.h"

namespace glassgate::soak {

class Gateway {
 public:
  Gateway(Ledger& ledger, std::vector<std::string> backends);

  test::GatewayProcess& process() { return process_; }
  // Waits until it has asked each backend how it is: then it has all that it needs to be at rest.
  void wait_until_ready() const;
  // Disturbs it until it is told to stop, and leaves it with the configuration that it began with.
  void run(const std::stop_token& stop);
  // Has it end by itself, where it has not yet, and reads the rest of the log. Never throws: that it ended badly is
  // what a soak is there to tell.
  void stop();
  // After stop(): how it ended, when not as it should, with all that it wrote to stderr.
  const std::vector<std::string>& complaints() const { return complaints_; }
  // After stop(): the line of the log for a request that is named in the ledger as a violation.
  std::string account_of(uint64_t number) const;

 private:
  std::string config(unsigned version) const;
  void disturb(unsigned version);
  void change_config(unsigned version);
  void rotate_log();
  std::optional<uint64_t> requests_by_status();
  void end_process();
  void check_number_of_lines(uint64_t requests);
  void read_log(const std::string& path);
  void keep_named_accounts();
  void note_line(const std::string& line);
  void note_access(const test::Json& line, const std::string& text);

  Ledger& ledger_;
  const std::vector<std::string> backends_;
  test::GatewayProcess process_;
  std::vector<std::string> complaints_;
  // Access lines by trace id: all of the log that was read last; of those before, the ones that a violation names.
  std::map<std::string, std::string> accounts_;
  uint64_t access_lines_ = 0;
  uint64_t dropped_lines_ = 0;
};

}  // namespace glassgate::soak
