// Exercise 11.2 begins here: a client that is never refused twice for the same request.
#pragma once

#include "primitives/ratelimit/limiter.h"

namespace glassgate::exercises {

// When a request that wants to go at `now` goes through, if its client waits as long as it is told to.
inline TimePoint goes_through_at(Limiter& limiter, TimePoint now) {
  limiter.decide(now);
  return now;  // yours: nobody waited
}

}  // namespace glassgate::exercises
