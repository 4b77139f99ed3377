// A limiter's decision, as a row of a table has it.
#pragma once

#include <string>

#include "primitives/ratelimit/limiter.h"

namespace glassgate::test {

// "ok 3" is allowed with 3 remaining, "no 250ms" has to wait for that long.
inline std::string text(const Decision& decision) {
  if (decision.allowed) return "ok " + std::to_string(decision.remaining);
  return "no " + std::to_string(decision.retry_after / std::chrono::milliseconds(1)) + "ms";
}

struct DecisionRow {
  int64_t at_ms;
  std::string decision;
  int64_t reset_ms;
};

}  // namespace glassgate::test
