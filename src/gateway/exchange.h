// One request and its answer: everything that was decided on the way, in the order in which it is.
//
// Problem: every stage needs what the stages before it found out, and the log, at the end, needs all of it.
// Guarantee: a field is first written by the stage that it stands under, and nobody before that reads it. Written again
// are: what stands under the attempt and under call_upstream(), by each attempt; extra_fields, by each limit;
// keep_alive, by whoever finds that the connection cannot go on (nobody turns it true again); expects_continue, by the
// backend's 100; error, detail and retry_after, by whatever fails.
// Invariants:
//   I1 an exchange that was read as malformed travels the same chain as any other; `error` says what is wrong with it
//   I2 whatever happens, the client gets one answer or sees its connection cut; `error` is then set
// Thread rule: belongs to the connection's worker thread.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "gateway/client_connection.h"
#include "gateway/errors.h"
#include "gateway/explanation.h"
#include "gateway/response_writer.h"
#include "gateway/runtime.h"
#include "http/hop_by_hop.h"
#include "http/message.h"
#include "http/target.h"

namespace glassgate {

struct Services;  // gateway/services.h

struct Exchange {
  Exchange(ClientConnection& from, Services& shared)
      : client(from), services(shared), response(from.wire.socket, &memory) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Of the heads, here and in UpstreamRequest, and of the log's line. Mutable: the functions that write these get a
  // const Exchange.
  mutable Arena memory;

  // The client loop.
  ClientConnection& client;
  Services& services;
  std::shared_ptr<const Runtime> runtime;  // taken when the request started
  TimePoint started{};
  WallTime started_wall{};
  http::RequestHead request{&memory};
  http::Target target;
  std::string path;       // normalised, for matching
  std::string_view host;  // of the target or of Host
  std::optional<http::ConnectionOptions> options;
  http::BodyFraming framing;
  std::optional<http::BodyReader> body;
  bool expects_continue = false;
  bool keep_alive = false;  // the connection goes on after this answer

  // tracing
  std::string traceparent;    // for the backend
  std::string_view trace_id;  // the client's own, a part of its head; or a part of traceparent, until that is written
  bool continues_trace = false;  // the client's own traceparent was good, so its tracestate counts
  std::string client_ip;         // as text; the address may have been told by proxies in front

  // explain
  std::unique_ptr<Explanation> explanation;  // nullptr: nobody asked for one

  // rate limits
  std::string extra_fields;             // whole lines for the answer's head
  std::optional<Duration> retry_after;  // of a refusal: a limit's, or later for want of a backend

  // proxy(): the route
  const RouteConfig* route = nullptr;
  size_t route_index = 0;
  const Upstream* upstream = nullptr;

  // take_first_piece()
  std::string_view first_piece;  // what was here of the body with its head; kept for a repeated attempt

  // proxy(): the backend, for each attempt anew
  TimePoint attempt_started{};
  Candidates candidates;     // healthy, and not tried yet; circuits are asked at each pick
  std::string balancer_key;  // for a balancer that hashes
  Backend* backend = nullptr;
  CircuitBreaker::Permit permit;
  int attempts = 0;
  std::optional<Duration> upstream_latency;  // from the attempt's start to the answer's head
  struct {
    const Backend* backend = nullptr;
    Error error = Error::none;
  } first_failure;  // of the first attempt, where another followed

  // call_upstream(): how far the request's body has gone, and whether the request may be sent to another backend
  bool may_be_repeated = false;
  bool was_sent = false;          // a byte of it, to this backend
  bool first_piece_gone = false;  // the body has moved on behind it
  uint64_t tunnelled_in = 0;      // bytes from the client after a 101

  // The answer. `error` stays none when a backend's own answer was relayed whole, whatever its status.
  ResponseWriter response;
  Error error = Error::none;
  std::string_view detail;          // a word more on the error, for the log: a constant, never a peer's bytes
  std::string allow;                // for 405
  bool client_ended_first = false;  // its direction, while it waited for a slow backend: it may have left

  const Config& config() const { return runtime->config(); }
  // Of heads and trailers. A backend may always send the usual, however little clients may.
  http::HeadLimits head_limits() const { return {config().server.max_header_bytes, config().server.max_headers}; }
  http::HeadLimits answer_limits() const {
    const http::HeadLimits usual;
    return {std::max(usual.max_bytes, head_limits().max_bytes), std::max(usual.max_fields, head_limits().max_fields)};
  }
  // The request ends with this.
  bool fail(Error what, std::string_view why = {}) {
    error = what;
    detail = why;
    return false;
  }
  // `what`, for a caller to decide about; and why, for the log, where it becomes the request's end.
  Error note(Error what, std::string_view why) {
    detail = why;
    return what;
  }
};

}  // namespace glassgate
