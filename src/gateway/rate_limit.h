// Middleware: the limit at the gateway's door, before anything is looked up for a request.
#pragma once

#include "gateway/exchange.h"
#include "gateway/middleware.h"

namespace glassgate {

void rate_limit(Exchange& x, const Next& next);

}  // namespace glassgate
