// The heads that the gateway writes: the request's for the backend, the answer's for the client.
//
// Problem: most of a head passes through untouched; the few fields that may not are where proxies go wrong.
// Guarantee: fields keep their order, their spelling and their duplicates, except those that are named here.
// To the backend: hop-by-hop fields go; Host comes first, as it came or as the target has it; X-Forwarded-For is
// appended to (or begun, for an untrusted peer), X-Forwarded-Proto and X-Forwarded-Host are set where no trusted peer
// did, every other forwarding field of an untrusted peer goes; Via is appended; X-Request-ID and traceparent are the
// exchange's, tracestate goes on with the client's own trace alone; Max-Forwards counts down for OPTIONS and TRACE; an
// HTTP/1.0 client's Expect goes.
// To the client: hop-by-hop fields go, but for what a 426 wants to be spoken; X-Request-ID is the exchange's; Date is
// added where it is missing; a 204's Content-Length goes; the framing is the client's connection's own.
// Invariants:
//   I1 every head has exactly one framing, which is the one that the body will be sent with
//   I2 nothing that a peer put into a field can end the field: values were checked when they were read
// Thread rule: pure functions of the exchange.
// Source: RFC 9110 sections 6.6.1, 7.2, 7.6; RFC 9112 section 6.
#pragma once

#include <string>

#include "gateway/exchange.h"
#include "http/head_writer.h"

namespace glassgate {

std::pmr::string request_head_for(const Exchange& x, const Backend& backend);

// How an answer's body goes on to the client. Without a known length, HTTP/1.1 has chunks; before that there was only
// closing.
http::BodyFraming::Kind framing_for_client(const Exchange& x, http::BodyFraming answer);

// `options`: what the answer's Connection field says.
std::pmr::string response_head_for(const Exchange& x, const http::ResponseHead& answer,
                                   const http::ConnectionOptions& options, http::BodyFraming::Kind framing);

// 101: the answer has an Upgrade field.
std::pmr::string upgrade_head_for(const Exchange& x, const http::ResponseHead& answer);

// Any other 1xx, as it is passed on.
std::pmr::string interim_head_for(const http::ResponseHead& answer);

// The fields that every final answer ends with: Date where it is missing, X-Request-ID, the framing, Connection. A
// known length is written by the caller.
void finish_response_head(http::HeadWriter& head, const Exchange& x, bool has_date, http::BodyFraming::Kind framing);

}  // namespace glassgate
