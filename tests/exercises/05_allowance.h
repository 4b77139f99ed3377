// Exercise 5.1 begins here: how long a read may wait when there is a time-out for a pause and one for all of it.
#pragma once

#include <algorithm>

#include "base/clock.h"

namespace glassgate::exercises {

class Allowance {
 public:
  // Everything has to be over by `now` + `total`, and no read may wait for longer than `pause`.
  Allowance(Duration pause, Duration /*total*/, TimePoint /*now*/) : pause_(pause) {}

  // What the next read is given; zero: the time is over.
  Duration left(TimePoint /*now*/) const { return pause_; }  // yours: it may go on for ever

 private:
  Duration pause_;
};

}  // namespace glassgate::exercises
