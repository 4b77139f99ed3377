// Exercise 25.2 begins here: a middleware for some requests, which the others pass by.
#pragma once

#include "gateway/exchange.h"
#include "gateway/middleware.h"

namespace glassgate::exercises {

// Is itself a middleware, so it stands in a chain as any other: Chain(log, only_for<is_post, check_body>, limit).
// Where `applies` says no, it is as if `middleware` were not in the chain at all.
template <bool (*applies)(const Exchange&), Middleware middleware>
void only_for(Exchange& x, const Next& next) {
  middleware(x, next);  // yours: nobody was asked
}

}  // namespace glassgate::exercises
