// Exercise 8.1 begins here: Envoy's way to the same shares, by whose turn is due first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace glassgate::exercises {

class DeadlineTurns {
 public:
  explicit DeadlineTurns(const std::vector<unsigned>& weights) {
    for (const unsigned weight : weights) entries_.push_back({weight});
  }

  // The n-th turn of a backend with weight w is due at n / w. Whose is due first is picked; of equals, the first.
  size_t pick() {
    return 0;  // yours: everybody is due now and then
  }

 private:
  struct Entry {
    uint64_t weight;
    uint64_t picked = 0;
  };
  std::vector<Entry> entries_;
};

}  // namespace glassgate::exercises
