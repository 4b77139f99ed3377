// What every rate limiter decides.
#pragma once

#include <cstdint>
#include <memory>

#include "base/clock.h"

namespace glassgate {

struct Decision {
  bool allowed = false;
  uint64_t remaining = 0;  // how many more would be allowed right now
  Duration retry_after{};  // refused: after this long, one more is allowed (if nobody else takes it first)
  Duration reset_after{};  // after this long without a request, the whole budget is there again
};

// One budget. Not thread-safe: its owner locks (ratelimit/keyed_limiter.h).
class Limiter {
 public:
  virtual ~Limiter() = default;
  virtual Decision decide(TimePoint now) = 0;
};

}  // namespace glassgate
