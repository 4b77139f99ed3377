// What a request is keyed by: for a budget a client, or for a place on a hash ring.
//
// Guarantee: there is always a key. Where the header or cookie that is asked for is missing or empty, the client's
// address stands in, so that those without one do not all share a budget or a backend.
// Invariants:
//   I1 a header's value never makes the key of a client's address, whatever the client writes into it
// Thread rule: a pure function.
#pragma once

#include <string>

#include "gateway/exchange.h"

namespace glassgate {

std::string request_key(const Exchange& x, const KeySource& source);

}  // namespace glassgate
