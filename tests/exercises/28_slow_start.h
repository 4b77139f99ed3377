// Exercise 28.2 begins here: whether a backend that is coming back takes part in this request. When it works it belongs
// into src/primitives/balance/slow_start.h, where the gateway can see it.
#pragma once

#include <cstdint>

#include "base/clock.h"

namespace glassgate::exercises {

// `well_for`: how long it has been well; `ramp`: how long it takes until its share is whole; `ticket`: 0, 1, 2, ...
// for the requests that might go to it. Of many tickets in a row the part well_for / ramp joins, and they are spread
// evenly.
inline bool joins(Duration /*well_for*/, Duration /*ramp*/, uint64_t /*ticket*/) {
  return true;  // yours: it floods in
}

}  // namespace glassgate::exercises
