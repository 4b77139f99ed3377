// Middleware: one JSON line a request, written when the answer is over.
//
// Guarantee: exactly one line for every request of which a byte was read, also for those that were refused or cut, and
// one for a connection that found no room. bytes_in and bytes_out count body bytes; status is what the client was sent
// (0: nothing). The path is the raw one, without its query, which may hold secrets.
#pragma once

#include "gateway/exchange.h"
#include "gateway/middleware.h"

namespace glassgate {

void access_log(Exchange& x, const Next& next);

}  // namespace glassgate
