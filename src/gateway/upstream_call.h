// One attempt: one backend is asked, and its answer passed back; once more over a fresh connection where a pooled one
// had died.
//
// Problem: a backend may be gone, slow, broken or hostile; it may answer before it has read the request, or in many
// parts; and a pooled connection may die in the very moment in which it is used again.
// Algorithm: ask over a pooled connection, or over one that is opened (gateway/upstream_request.h). Where a pooled one
// died of that race, ask once more over a fresh one. Then say whether somebody else may be asked.
// Guarantee: the answer that the client sees is either whole or visibly cut. A connection goes back to the pool only
// after a complete, unambiguous exchange.
// Invariants:
//   I1 nothing is sent twice unless the request is idempotent or not a byte of it was taken: a pooled connection that
//      dies before a byte of answer is replaced by a fresh one once, and only then
//   I2 after a byte of the answer went to the client, a failure cuts the client's connection; it is never papered over
//   I3 a malformed or ambiguous answer is a failure, and its connection is closed
//   I4 x.may_be_repeated is set only when another backend may be asked by the rule of I1, and no answer has begun
// Thread rule: belongs to the worker thread of its exchange.
// Source: RFC 9110 sections 9.2.2, 10.1.1, 15.2; RFC 9112 sections 6, 9.
#pragma once

#include "gateway/exchange.h"

namespace glassgate {

// What has arrived of the body together with the head. To be called once, before any backend is picked: a body that
// begins with nonsense is no backend's business, and no attempt.
bool take_first_piece(Exchange& x);

// Error::none: the answer was relayed whole. Otherwise what went wrong; x.response.has_begun() says whether the client
// has seen any of it.
Error call_upstream(Exchange& x, Backend& backend);

}  // namespace glassgate
