// What an attempt says about its backend, and whether another backend may be tried.
//
// Problem: a client that leaves, or sends rubbish, must not make a backend look ill; and a retry must never repeat what
// may have had an effect, nor multiply the load of an upstream that is down.
// Guarantee: a 5xx status, no connection, no head of an answer in time and a malformed or cut answer are failures; any
// other whole answer is a success; anything else (a stream of events that has none for too long, say) says nothing, and
// the circuit's permit goes back without a result. Every change of a circuit or of a backend's health is logged once.
// (Behind the locks: lines of two changes at once may change places.)
// Invariants:
//   I1 another backend is tried only when nothing of an answer came, and when the request may be repeated
//   I2 retries stay within the upstream's `retries`; those of requests of which a byte was sent, within its retry
//      budget, too
// Thread rule: the worker thread of the exchange; log_health_change() any.
#pragma once

#include "gateway/exchange.h"

namespace glassgate {

void settle_outcome(Exchange& x);
// The circuit's part of it, as soon as the answer's head is there: a tunnel or a stream may last for hours, and as a
// half-open circuit's test it would keep everybody else out for as long. Whether a test was passed, its head says.
void settle_test_at_head(Exchange& x, int status);
// True: another attempt is to be made, and has been counted and paid for.
bool begin_retry(Exchange& x);

// One event for each change that nobody has logged yet.
void log_health_change(Services& services, std::string_view upstream, Backend& backend);
void log_circuit_change(const Exchange& x, const Backend& backend, const CircuitChange& change);

}  // namespace glassgate
