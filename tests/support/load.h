// Clients that ask again and again while something happens to the gateway, and what each of them got.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "support/net.h"

namespace glassgate::test {

class Load {
 public:
  // Half of the clients have a new connection for each request, the others keep theirs. Every third request has a body;
  // `only_gets`: none has. Each has a path of its own, /PID/0, /PID/1, ...
  Load(uint16_t port, int clients, bool only_gets = false);
  ~Load() { stop(); }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // Waits for the requests that are under way. A client whose connections are refused stops by itself.
  void stop();
  // Waits until each client has stopped by itself.
  void wait_for_refusal();
  void wait_for_good(int more);

  int good() const { return good_; }  // 200, whole
  // What was not, for the message of a failing test.
  std::string bad() const;
  // The paths of the requests whose connection ended without a byte of an answer.
  std::vector<std::string> unanswered() const;

 private:
  void run(bool keeps_connection);
  bool ask(Peer& peer);
  void note_bad(const std::string& text);

  const uint16_t port_;
  const bool only_gets_;
  std::atomic<bool> stop_{false};
  std::atomic<int> next_{0};
  std::atomic<int> good_{0};
  mutable std::mutex mutex_;
  std::string bad_;
  std::vector<std::string> unanswered_;
  std::vector<std::thread> clients_;
};

}  // namespace glassgate::test
