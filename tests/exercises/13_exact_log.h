// Exercise 13.1 begins here: at most so many requests in any window, exactly.
#pragma once

#include <deque>

#include "primitives/ratelimit/limiter.h"

namespace glassgate::exercises {

class ExactLog final : public Limiter {
 public:
  ExactLog(uint64_t requests, Duration window) : limit_(requests), window_(window) {}

  // `retry_after` of a refusal is exact, too. The other fields are not looked at.
  Decision decide(TimePoint now) override {
    times_.push_back(now);  // yours: nobody is refused, and nothing is forgotten
    return {.allowed = true};
  }
  size_t remembered() const { return times_.size(); }
  uint64_t limit() const { return limit_; }
  Duration window() const { return window_; }

 private:
  uint64_t limit_;
  Duration window_;
  std::deque<TimePoint> times_;  // of those that were allowed
};

}  // namespace glassgate::exercises
