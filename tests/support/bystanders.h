// Good clients that go on while something else happens: each asks, waits for its answer, and asks again.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace glassgate::test {

class Bystanders {
 public:
  using Latency = std::chrono::steady_clock::duration;

  // Each on a connection of its own, which is kept. Every answer has to be whole, 200 and `body`.
  Bystanders(uint16_t port, std::string path, std::string body, int clients = 2);
  ~Bystanders() { stop(); }
  Bystanders(const Bystanders&) = delete;
  Bystanders& operator=(const Bystanders&) = delete;

  void stop();
  size_t answered() const { return answered_; }
  // What went wrong, one line a client; empty when nothing did.
  std::string failures() const;
  // Of all answers so far; asked for when they are stopped.
  Latency median();

 private:
  void run(size_t number);
  bool ask(class Peer& peer, size_t number);
  void note_failure(const std::string& text);

  const uint16_t port_;
  const std::string request_;
  const std::string body_;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> answered_{0};
  std::vector<std::vector<Latency>> latencies_;  // one list a client
  mutable std::mutex mutex_;
  std::string failures_;
  std::vector<std::thread> threads_;
};

}  // namespace glassgate::test
