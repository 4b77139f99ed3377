// Exercise 26.1 begins here: the loop of a drain, a step at a time.
#pragma once

#include "gateway/client_connection.h"

namespace glassgate::exercises {

class Drainer {
 public:
  // What a client gets for its next request when it has just had an answer.
  static constexpr Duration grace = std::chrono::milliseconds(50);

  Drainer(ConnectionRegistry& registry, TimePoint /*began*/, Duration /*drain_timeout*/) : registry_(registry) {}

  // To be called now and then. True: it is over. Either nobody is left, or those who are were cut, as the time is over.
  bool step(TimePoint /*now*/) {
    cut_ += registry_.cut_all();  // yours: nobody was given any time
    return true;
  }
  size_t cut() const { return cut_; }

 private:
  ConnectionRegistry& registry_;
  size_t cut_ = 0;
};

}  // namespace glassgate::exercises
