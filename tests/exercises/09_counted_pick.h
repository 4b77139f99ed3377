// Exercise 9.2 begins here: picking and counting in one step, so that no two picks see the same least one.
#pragma once

#include <array>
#include <atomic>
#include <functional>

#include "base/mutex.h"
#include "primitives/balance/least_connections.h"

namespace glassgate::exercises {

// Four equal backends. Any number of threads.
class CountedPick {
 public:
  // Who has the least in flight, and from now on has one more.
  size_t take() {
    const size_t picked = balancer_.pick(Candidates(4, true), "").value();
    between();
    return picked;  // yours: it is not counted
  }
  void give_back(size_t /*backend*/) {}  // yours

  // The test's. Leave its call between looking and counting: others come in there, if they can.
  std::function<void()> between = [] {};

 private:
  std::array<std::atomic<int64_t>, 4> in_flight_{};
  LeastConnections balancer_{{{&in_flight_[0], 1}, {&in_flight_[1], 1}, {&in_flight_[2], 1}, {&in_flight_[3], 1}}};
};

}  // namespace glassgate::exercises
