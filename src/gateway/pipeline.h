// The way of one request. Read pipeline.cpp from top to bottom.
#pragma once

#include "gateway/exchange.h"

namespace glassgate {

// The whole chain: everything that happens to a request between its head and the end of its answer.
void handle(Exchange& x);

// What the chain is wrapped around: route, candidates, balancer, backend, answer.
void proxy(Exchange& x);

}  // namespace glassgate
