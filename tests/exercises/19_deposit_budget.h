// Exercise 19.1 begins here: a retry budget that is saved up.
#pragma once

#include <algorithm>
#include <cstdint>

namespace glassgate::exercises {

// Each request pays in a fifth of a retry, each retry takes out a whole one. At most ten are saved up; so many are
// there at the beginning. One thread.
class DepositBudget {
 public:
  void count_request() {
    // yours: nothing is paid in
  }
  bool allow_retry() {
    if (retries_ == 0) return false;
    --retries_;
    return true;
  }

 private:
  uint64_t retries_ = 10;
};

}  // namespace glassgate::exercises
