// The answers that the gateway gives by itself.
//
// Guarantee: every one has the right framing (and no body, for HEAD), a Date, the trace id, and says whether the
// connection goes on.
// Thread rule: the worker thread of the exchange.
#pragma once

#include <string_view>

#include "gateway/exchange.h"

namespace glassgate {

// Decides for good whether the connection can go on after this answer: not when the gateway is draining, and not when
// what is left of the request's body is unknown, too much to read, or may never be sent.
void settle_keep_alive(Exchange& x);

// x.error as {"error", "status", "trace_id"}. When an answer has begun already, or there is nobody to take it, the
// connection is only marked for cutting.
void answer_error(Exchange& x);

void answer_with(Exchange& x, int status, std::string_view content_type, std::string_view body);

}  // namespace glassgate
