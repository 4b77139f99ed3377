// Exercise 25.1 begins here: how many requests are inside right now.
#pragma once

#include <atomic>

#include "gateway/middleware.h"

namespace glassgate::exercises {

inline std::atomic<int> requests_inside{0};

// Middleware: a request is inside from here until it is over, however it ends.
inline void count_inside(Exchange& x, const Next& next) {
  ++requests_inside;
  next(x);  // yours: who is over is still counted
}

}  // namespace glassgate::exercises
