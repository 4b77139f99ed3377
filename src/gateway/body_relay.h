// The bodies of an exchange on their way: the answer's to the client, and the request's where it is still coming.
//
// Problem: an answer may begin before its request has ended (an early refusal, an echo); a thread that blocks in one of
// the two bodies must not starve the other.
// Guarantee: an answer is complete (ResponseWriter::is_complete) only when all of it was sent. Otherwise the Error says
// who is to blame, the client or the backend, and x.detail how.
// Thread rule: the worker thread of the exchange. Units: a pause is at the most body_timeout.
#pragma once

#include "gateway/exchange.h"
#include "http/hop_by_hop.h"
#include "http/relay.h"

namespace glassgate {

// The body of an answer, and what its Connection says. Both outlive the relaying.
struct AnswerBody {
  http::BodyReader& reader;
  const http::ConnectionOptions& options;  // of the answer's head: they may name trailers
};

// The usual way: the request is sent, so there is one direction left. The head leaves with the first bytes of the body.
Error relay_answer_body(Exchange& x, const AnswerBody& answer);

// The backend answers while the request's body is still on its way: both go on.
Error relay_both_bodies(Exchange& x, http::Flow& upload, const AnswerBody& answer, const http::Socket& backend);

// The client holds its body back until the backend asks for it (RFC 9110 section 10.1.1).
bool waits_for_continue(const Exchange& x);

// Error::none where it was not the request's body that failed.
Error why_upload_stopped(Exchange& x, const http::Flow& upload);

}  // namespace glassgate
