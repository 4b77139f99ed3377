// Who may be asked: the health filter, the balancer's pick among the rest, and the circuit's word on it.
//
// Problem: a backend can be out for three reasons (ill, its circuit open, tried already by this request), and a request
// that finds nobody has to be told whether and when it is worth to come back.
// Guarantee: a backend that is picked was a candidate, and its circuit has admitted this request. Where nobody is left
// before the first attempt the exchange has failed with a reason and a time to come back; after an attempt the failure
// of that attempt stands.
// Invariants:
//   I1 with nobody healthy: fail_open makes all candidates, fail_closed none
//   I2 a backend is picked at most once a request
// Thread rule: the worker thread of the exchange.
#pragma once

#include "gateway/exchange.h"

namespace glassgate {

bool find_candidates(Exchange& x);
// Whether pick_backend() would find somebody right now.
bool is_anybody_left(const Exchange& x);
bool pick_backend(Exchange& x);

}  // namespace glassgate
