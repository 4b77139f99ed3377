// A backend of the soak: does to each request what its plan says, and looks whether the request is what was sent.
//
// Threads that all accept on one socket, each with one connection at a time: more of them than the gateway can want
// connections, so that nobody waits for a free one. Now and then it has a storm, in which it answers 500 to everything,
// probes included. Thread rule: the owner constructs and destroys it, when the gateway is gone.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "soak/ledger.h"
#include "support/listening.h"
#include "support/net.h"

namespace glassgate::soak {

class Backend {
 public:
  Backend(Ledger& ledger, unsigned index);
  ~Backend();
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  std::string address() const { return listening_.text(); }

 private:
  void accept_loop();
  bool serve(test::Peer& peer);
  bool serve_probe(test::Peer& peer) const;
  bool serve_planned(test::Peer& peer, const Plan& plan, const std::string& head);
  void check_head(const Plan& plan, const test::Response& request);
  bool read_upload(test::Peer& peer, const Plan& plan, const test::Response& request);
  bool send_answer(test::Peer& peer, const Plan& plan, Fault fault);
  bool send_body(test::Peer& peer, const Plan& plan, size_t size);
  bool break_off(test::Peer& peer, const Plan& plan, Fault fault);
  bool has_storm() const;

  Ledger& ledger_;
  const unsigned index_;
  const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::atomic<bool> stopping_{false};
  test::Listening listening_;
  std::vector<std::thread> threads_;
};

}  // namespace glassgate::soak
