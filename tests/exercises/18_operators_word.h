// Exercise 18.2 begins here: a third judge, the operator, who takes a backend out by hand.
#pragma once

#include <optional>

#include "primitives/health/health.h"

namespace glassgate::exercises {

// As Health, and one more reason to be out. One thread: the lock is not the point here.
class WithOperator {
 public:
  explicit WithOperator(const HealthSettings& settings) : health_(settings) {}

  Health& judged() { return health_; }
  void take_out(bool /*out*/) {}  // yours
  bool healthy(TimePoint now) { return health_.healthy(now); }
  // I2, for all three together.
  std::optional<bool> changed(TimePoint now) { return health_.changed(now); }

 private:
  Health health_;
};

}  // namespace glassgate::exercises
