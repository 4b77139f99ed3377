// Exercise 14.1 begins here: a circuit that rests longer each time a test fails.
#pragma once

#include <algorithm>

#include "primitives/breaker/circuit_breaker.h"

namespace glassgate::exercises {

// The first rest is settings.open_for; each one after a failed test is twice the one before, and at most `longest`.
// A test that succeeds makes the next rest the first again.
class PatientCircuit {
 public:
  PatientCircuit(CircuitSettings settings, Duration longest)
      : settings_(settings), longest_(longest), circuit_(settings) {}

  CircuitBreaker::Admission admit(TimePoint now) {
    return circuit_.admit(now);  // yours: every rest is the same
  }
  void succeeded(CircuitBreaker::Permit& permit) { permit.succeeded(); }
  void failed(CircuitBreaker::Permit& permit, TimePoint now) { permit.failed(now); }

  const CircuitBreaker& circuit() const { return circuit_; }
  Duration longest() const { return longest_; }

 private:
  CircuitSettings settings_;
  Duration longest_;
  CircuitBreaker circuit_;
};

}  // namespace glassgate::exercises
