// Exercise 17.1 begins here: a long window that is not fooled, and a short one that forgives quickly.
#pragma once

#include "primitives/health/passive_health.h"

namespace glassgate::exercises {

class TwoWindows {
 public:
  TwoWindows(const PassiveThresholds& brief, const PassiveThresholds& patient) : brief_(brief), patient_(patient) {}

  void record(bool success, TimePoint now) { brief_.record(success, now); }  // yours: one of them sees nothing
  // Unhealthy only while both windows say so.
  bool healthy(TimePoint now) { return brief_.healthy(now); }  // yours, too

 private:
  PassiveHealth brief_;
  PassiveHealth patient_;
};

}  // namespace glassgate::exercises
