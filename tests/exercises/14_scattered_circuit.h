// Exercise 14.2 begins here: circuits that open together do not all test together.
#pragma once

#include "primitives/breaker/circuit_breaker.h"

namespace glassgate::exercises {

// Each rest is drawn anew: settings.open_for, and up to a tenth of it more.
class ScatteredCircuit {
 public:
  explicit ScatteredCircuit(CircuitSettings settings) : settings_(settings), circuit_(settings) {}

  CircuitBreaker::Admission admit(TimePoint now) { return circuit_.admit(now); }
  void failed(CircuitBreaker::Permit& permit, TimePoint now) {
    permit.failed(now);  // yours: every rest is the same
  }

  const CircuitBreaker& circuit() const { return circuit_; }
  CircuitSettings settings() const { return settings_; }

 private:
  CircuitSettings settings_;
  CircuitBreaker circuit_;
};

}  // namespace glassgate::exercises
