// Exercise 13.2 begins here: the worst that a client can do to a sliding window.
#pragma once

#include <chrono>
#include <vector>

namespace glassgate::exercises {

// When to ask a limiter of four a second, in milliseconds since it began and in ascending order, so that as many
// requests as possible are allowed within one second.
inline std::vector<std::chrono::milliseconds> worst_arrivals() {
  using std::chrono::milliseconds;
  return {milliseconds(0), milliseconds(0), milliseconds(0), milliseconds(0)};  // yours: only four get through
}

}  // namespace glassgate::exercises
