// Exercise 7.2 begins here: tickets that come to their end without a turn being skipped.
#pragma once

#include <atomic>
#include <cstdint>

namespace glassgate::exercises {

// For a number of backends that does not change. A byte comes to its end soon enough to watch it.
class WrappingTickets {
 public:
  explicit WrappingTickets(uint8_t backends, uint8_t first = 0) : backends_(backends), next_(first) {}

  // Whose turn it is. From any number of threads.
  uint8_t take() {
    return next_.fetch_add(1) % backends_;  // yours: 256 is no multiple of 3
  }

 private:
  const uint8_t backends_;
  std::atomic<uint8_t> next_;
};

}  // namespace glassgate::exercises
