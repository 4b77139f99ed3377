// Exercise 9.1 begins here: not who has the least to do, but who will be done first.
#pragma once

#include <array>

#include "base/clock.h"

namespace glassgate::exercises {

// Three backends, one thread. `sent` and `answered` are called for every request.
class LeastTime {
 public:
  void sent(size_t backend) { ++backends_[backend].in_flight; }
  void answered(size_t backend, Duration /*took*/) {
    --backends_[backend].in_flight;  // yours: how long it took is forgotten
  }
  // What a request takes there: what the first took; after that, each answer moves it by an eighth of the difference.
  Duration latency(size_t backend) const { return backends_[backend].latency; }
  // The least of (in_flight + 1) * latency; of equals, the first. Nobody knows one that has not answered: it counts 0.
  size_t pick() const {
    size_t best = 0;
    for (size_t i = 1; i < backends_.size(); ++i) {
      if (backends_[i].in_flight < backends_[best].in_flight) best = i;  // yours
    }
    return best;
  }

 private:
  struct Backend {
    int in_flight = 0;
    Duration latency{};
  };
  std::array<Backend, 3> backends_{};
};

}  // namespace glassgate::exercises
