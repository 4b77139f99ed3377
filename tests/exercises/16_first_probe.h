// Exercise 16.1 begins here: a backend that must be probed before it is used.
#pragma once

#include "primitives/health/active_health.h"

namespace glassgate::exercises {

class FirstProbeDecides {
 public:
  // Out until the first probe; that one decides alone, either way. From then on so many in a row, as in ActiveHealth.
  bool healthy() const { return health_.healthy(); }

  void record(bool success, const ActiveThresholds& thresholds) {
    health_.record(success, thresholds);  // yours: it is healthy from the beginning
  }

 private:
  ActiveHealth health_;
};

}  // namespace glassgate::exercises
