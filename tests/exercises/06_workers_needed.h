// Exercise 6.1 begins here: how many workers a load keeps at once.
#pragma once

#include <cstdint>

namespace glassgate::exercises {

struct Load {
  uint64_t connections_a_second = 0;
  uint64_t requests = 1;  // of each connection
  uint64_t milliseconds_a_request = 0;
  uint64_t milliseconds_between = 0;     // from an answer to the next request
  uint64_t milliseconds_at_the_end = 0;  // from the last answer to the connection's end
};

// On average, rounded up to whole workers.
inline uint64_t workers_needed(const Load& load) {
  return load.connections_a_second * load.requests * load.milliseconds_a_request / 1000;  // yours: the busy ones alone
}

}  // namespace glassgate::exercises
