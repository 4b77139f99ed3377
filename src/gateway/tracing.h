// Middleware: gives every request its id, and finds out who sent it.
//
// Guarantee: x.trace_id is the client's X-Request-ID when that is 1 to 128 visible ASCII characters; else the trace id
// of its traceparent, when that is good; else 128 random bits from the kernel as 32 hexadecimal digits. It goes to the
// backend, back to the client, into the log and into error bodies. x.traceparent continues the client's trace, or
// begins one, under the same id where it can be one.
#pragma once

#include "gateway/exchange.h"
#include "gateway/middleware.h"

namespace glassgate {

void tracing(Exchange& x, const Next& next);

}  // namespace glassgate
