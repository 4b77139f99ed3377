// A client of the soak: one connection after the other, requests as their plans say, and each answer read to its last
// byte and judged. Thread rule: run() is the body of a thread.
#pragma once

#include <chrono>
#include <optional>
#include <stop_token>
#include <vector>

#include "soak/ledger.h"
#include "support/net.h"

namespace glassgate::soak {

struct ClientSettings {
  uint16_t port = 0;
  uint64_t seed = 0;
  unsigned index = 0;
  bool reads_slowly = false;
  std::chrono::microseconds period{0};  // between requests; 0: as fast as it goes
};

class Client {
 public:
  Client(Ledger& ledger, const ClientSettings& settings)
      : ledger_(ledger), settings_(settings), dice_(settings.seed + settings.index + 1) {}

  void run(const std::stop_token& stop);

 private:
  void serve_batch();
  std::vector<Plan> next_batch();
  Plan draw();
  void wait_for_turn(size_t requests);
  void connect();
  bool send_request(const Plan& plan);
  bool send_upload(const Plan& plan, size_t size);
  void leave(const Plan& plan);
  Ending wait_for_answer(const Plan& plan);
  Ending read_answer(const Plan& plan);
  Ending read_own_answer(const Plan& plan, const test::Response& answer);
  Ending read_body(const Plan& plan, const test::Response& answer);
  Ending is_over(Ending::Kind kind, int status, std::string wrong = "");  // the connection, with this request

  Ledger& ledger_;
  const ClientSettings settings_;
  Dice dice_;
  test::Peer peer_;
  bool connected_ = false;
  std::optional<Plan> drawn_;  // a number that was taken, and is to be served next
  std::chrono::steady_clock::time_point due_ = std::chrono::steady_clock::now();
};

}  // namespace glassgate::soak
