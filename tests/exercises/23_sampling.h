// Exercise 23.1 begins here: which requests get a line, where a line for each would be too much.
#pragma once

#include <cstdint>

namespace glassgate::exercises {

// Any thread may ask. Of those that went well, the first gets a line, and from there on each `every`-th; whatever
// failed (no answer, or 5xx) always gets one, and does not count among the others.
class Sampling {
 public:
  explicit Sampling(uint64_t every) : every_(every) {}

  bool wants(int /*status*/) { return every_ > 0; }  // yours: this is a line for each

 private:
  uint64_t every_;
};

}  // namespace glassgate::exercises
