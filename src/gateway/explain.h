// Middleware: with `explain: true`, an account of every request, kept for the admin side.
//
// Guarantee: the last accounts (ExplainBook::kept) can be read as JSON or as a table. Off, it costs one comparison.
// Thread rule: the worker thread of the exchange.
#pragma once

#include "gateway/exchange.h"
#include "gateway/middleware.h"

namespace glassgate {

void explain(Exchange& x, const Next& next);

// Notes which route won, and why those that share its path did not. Only with x.explanation.
void explain_routing(Exchange& x);

}  // namespace glassgate
