// Exercise 15.1 begins here: the circuits of an upstream, of which not too many may keep requests out.
#pragma once

#include <deque>

#include "primitives/breaker/circuit_breaker.h"

namespace glassgate::exercises {

class CircuitGroup {
 public:
  CircuitGroup(size_t backends, CircuitSettings settings) {
    for (size_t i = 0; i < backends; ++i) circuits_.emplace_back(settings);
  }

  // As the circuit of backend i decides; but when more than half of them would refuse, everybody is let through without
  // a word of theirs, and how it went is nothing to them.
  CircuitBreaker::Admission admit(size_t i, TimePoint now) {
    return circuits_[i].admit(now);  // yours: all of them may refuse
  }
  const CircuitBreaker& circuit(size_t i) const { return circuits_[i]; }

 private:
  std::deque<CircuitBreaker> circuits_;
};

}  // namespace glassgate::exercises
