// OPTIONS and TRACE with Max-Forwards: 0: this hop is meant, not the backend.
//
// Guarantee: OPTIONS is answered 200 without a body; TRACE is answered with the request's line, its Host, Max-Forwards
// and Via. What else has come may be secret: the client's own, or what a proxy in front has added.
// Source: RFC 9110 sections 7.6.2, 9.3.7, 9.3.8.
#pragma once

#include "gateway/exchange.h"

namespace glassgate {

bool is_last_hop(const Exchange& x);
void answer_as_last_hop(Exchange& x);

}  // namespace glassgate
