// After a 101: the two connections of an exchange are one, and what goes through it is no longer HTTP.
//
// Problem: a backend that switches protocols although nobody asked for it would turn the client's next request into a
// stream that nobody looks at; and a tunnel has two ends that close at different times.
// Guarantee: only a protocol that the request's head offered to the backend is switched to. Bytes go through both ways
// as they came, and each side's end is passed on when all its bytes are; a side that broke off is seen as broken off by
// the other.
// Invariants:
//   I1 the first bytes through are those that were read behind either head
//   I2 the end of one direction does not end the other; but where nothing moves for body_timeout behind the backend's
//      end, or because a side reads nothing, the tunnel ends
// Thread rule: the worker thread of the exchange. Source: RFC 9110 section 7.8.
#pragma once

#include "gateway/exchange.h"

namespace glassgate {

// The 101 in `answer` is one that the client asked for.
bool is_upgrade_wanted(const Exchange& x, const http::ResponseHead& answer);

// Sends the 101 on and then bytes both ways, until both sides have ended or one is gone. The request's body must be
// sent.
Error run_tunnel(Exchange& x, http::Connection& backend, const http::ResponseHead& answer);

}  // namespace glassgate
