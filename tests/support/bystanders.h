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
  using Clock = std::chrono::steady_clock;
  using Latency = Clock::duration;

  // Each on a connection of its own, which is kept. Every answer has to be whole, 200 and `body`.
  Bystanders(uint16_t port, std::string path, std::string body, int clients = 2);
  ~Bystanders() { stop(); }
  Bystanders(const Bystanders&) = delete;
  Bystanders& operator=(const Bystanders&) = delete;

  void stop();
  size_t answered() const { return answered_; }
  // What went wrong, one line a client; empty when nothing did.
  std::string failures() const;
  // Of all answers; asked for when they are stopped, as the rest here is.
  Latency median() const;
  Latency slowest() const;
  // Of `parts` equal parts of this time, the number of those in which at least one answer came.
  size_t parts_served(Clock::time_point begin, Clock::time_point end, size_t parts) const;

 private:
  struct Answer {
    Clock::time_point came;
    Latency took;
  };

  void run(size_t number);
  bool ask(class Peer& peer, size_t number);
  void note_failure(const std::string& text);
  std::vector<Answer> answers() const;

  const uint16_t port_;
  const std::string request_;
  const std::string body_;
  std::atomic<bool> stopping_{false};
  std::atomic<size_t> answered_{0};
  std::vector<std::vector<Answer>> answers_;  // one list a client
  mutable std::mutex mutex_;
  std::string failures_;
  std::vector<std::thread> threads_;
};

}  // namespace glassgate::test
