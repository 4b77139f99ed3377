// From a head that was read to a request that can be answered: everything that is checked before anything is decided.
//
// Guarantee: after check_request() returned true, the exchange has its target, normalised path, host, connection
// options, body framing and body reader, and they have one reading only. Otherwise x.error and x.detail say why not.
// Invariants:
//   I1 HTTP/1.1 has exactly one valid Host; HTTP/1.0 may have none; the authority of an absolute-form target stands
//      above it
//   I2 a request that is refused here never keeps its connection alive: where it ends is not known
// Thread rule: the worker thread of the exchange. Source: RFC 9112 sections 3 and 6; RFC 9110 section 7.2.
#pragma once

#include "gateway/exchange.h"

namespace glassgate {

// x.request.bytes holds the head.
bool check_request(Exchange& x);

// For a head that is refused before it is whole, of which x.request.bytes holds what has come: what it asked for, as
// far as that can be told, so that the log can name it and a HEAD is answered without a body. Nothing is decided by
// it.
void note_request_line(Exchange& x);

}  // namespace glassgate
