// Exercise 24.2 begins here: where the time of a request went.
#pragma once

#include <string_view>

#include "gateway/explanation.h"

namespace glassgate::exercises {

// The stage that took longest; of several, the first. A stage that came several times (the balancer, when there were
// retries) counts as one, with all of its time. Empty where nothing was noted.
inline std::string_view slowest(const Explanation& account) {
  return account.steps().empty() ? "" : account.steps().back().stage;  // yours: this is the last
}

}  // namespace glassgate::exercises
