// One client connection from its first byte to its last: the body of a worker thread.
//
// Problem: on one connection, requests follow each other; each must begin exactly where the one before it ended.
// Algorithm: wait for a first byte, read a head, run the chain, deal with what is left of the request's body, again.
// Guarantee: a request is answered in the order in which it came. When the end of a request cannot be known, the
// connection ends with it. No failure leaves this function as an exception: a fault of the gateway's own is answered
// 500, where nothing of an answer has begun, and ends the connection.
// Invariants:
//   I1 a connection that has waited for a request for a second holds no buffer; an empty line is not the beginning of
//      one
//   I2 what is left of a body is read to its end, within bounds, or the connection is closed: it never becomes a
//      request
//   I3 an answer that was cut is not followed by anything: the connection ends with a reset, because some clients take
//      a clean end for the end of the body
//   I4 that reset takes nothing of what was sent before it, of which the kernel may still hold much: it waits until the
//      client's system has acknowledged it, unless that takes nothing for as long as body_timeout, or the connection
//      was cut because the drain time was over
// Thread rule: one thread a connection.
#pragma once

#include "gateway/client_connection.h"
#include "gateway/services.h"

namespace glassgate {

// Serves until the connection is to end. Closing it is the caller's.
void serve_connection(ClientConnection& client, Services& services);

// For a connection that found no worker: 503 at once, without reading or waiting.
void refuse_connection(ClientConnection& client, Services& services);

}  // namespace glassgate
