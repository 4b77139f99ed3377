// The gateway under the soak: the real program with everything switched on, disturbed while it works.
//
// Every few seconds its configuration changes (weights, a backend less, now and then a file full of mistakes), and its
// log is taken away and asked for anew. Every line of the log is read: each is JSON, there is one for each request, and
// none tells of an exception. Thread rule: run() is the body of a thread; the rest is for the owner, before and after.
#pragma once

#include <atomic>
#include <map>
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
  void run(const std::atomic<bool>& stop);
  // After stop(): what the log says went wrong with a request; empty where it says nothing.
  std::string account_of(uint64_t number) const;
  // Has it end by itself, and reads the rest of the log.
  void stop();

 private:
  std::string config(unsigned version) const;
  void change_config(unsigned version);
  void rotate_log();
  void read_log(const std::string& path);
  void note_line(const std::string& line);
  void note_access(const test::Json& line, const std::string& text);

  Ledger& ledger_;
  const std::vector<std::string> backends_;
  test::GatewayProcess process_;
  std::map<std::string, std::string> accounts_;  // access lines by trace id
  uint64_t access_lines_ = 0;
  uint64_t dropped_lines_ = 0;
};

}  // namespace glassgate::soak
