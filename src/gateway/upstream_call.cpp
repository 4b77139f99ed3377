#include "gateway/upstream_call.h"

#include "gateway/outcome.h"
#include "gateway/services.h"
#include "gateway/upstream_request.h"

namespace glassgate {
namespace {

// I1. A body can be sent again where it had arrived whole with its head, or not at all yet.
bool is_repeatable(const Exchange& x) {
  if (x.client.is_cut()) return false;
  return !x.was_sent || (http::is_idempotent(x.request.method) && !x.first_piece_gone);
}

// To this backend.
bool may_be_sent_again(const Exchange& x, const UpstreamRequest& request) {
  return request.was_reused() && request.died_unanswered() && is_repeatable(x);
}

// When this backend was not reached, or ended the connection without a byte of answer. (Without a descriptor for this
// one, there may be a pooled connection to another.)
bool may_go_elsewhere(const Exchange& x, const UpstreamRequest& request, Error error) {
  const bool is_worth_it = is_backends_fault(error) || error == Error::no_descriptors;
  const bool got_no_answer = !request.was_connected() || request.died_unanswered();
  return is_worth_it && got_no_answer && !x.response.has_begun() && is_repeatable(x);
}

}  // namespace

bool take_first_piece(Exchange& x) {
  const http::BodyPiece piece = x.body->next_buffered();
  if (piece.status == http::BodyStatus::malformed) return x.fail(Error::malformed_body, "malformed chunk");
  const uint64_t max_bytes = x.config().server.max_body_bytes;
  if (max_bytes > 0 && x.body->bytes_read() > max_bytes) return x.fail(Error::body_too_large);
  x.first_piece = piece.data;
  return true;
}

Error call_upstream(Exchange& x, Backend& backend) {
  x.may_be_repeated = false;
  x.was_sent = false;
  const InFlight in_flight(backend);
  std::optional<UpstreamRequest> request(std::in_place, x, backend);
  Error error = request->run(UpstreamRequest::Reuse::allowed);
  x.was_sent = request->was_sent();
  if (error != Error::none && may_be_sent_again(x, *request)) {
    x.detail = {};
    x.attempt_started = x.services.clock.now();
    request.emplace(x, backend);
    error = request->run(UpstreamRequest::Reuse::never);
    x.was_sent = x.was_sent || request->was_sent();
  }
  x.may_be_repeated = may_go_elsewhere(x, *request, error);
  if (error != Error::none && x.client.is_cut()) {
    x.detail = "cut when the drain time was over";
    return Error::drained;
  }
  return error;
}

}  // namespace glassgate
