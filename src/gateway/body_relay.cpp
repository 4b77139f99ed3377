#include "gateway/body_relay.h"

#include "gateway/services.h"

namespace glassgate {
namespace {

using http::BodyStatus;
using http::FieldId;
using http::FlowState;
using http::IoStatus;

// From here on a pipe costs less than the copies that it saves.
constexpr uint64_t worth_a_pipe = 24 * 1024;

bool wants_trailers(const Exchange& x) {
  return http::list_contains(x.request.fields, FieldId::te, "trailers");
}

// A body whose length nobody knows may be a stream of events, of which there are none at the moment. What is said to
// have so many bytes is on its way, or lost.
Error why_nothing_came(Exchange& x, const http::BodyReader& answer) {
  return x.note(answer.missing() ? Error::response_cut : Error::response_stalled, "the backend stopped sending");
}

// Of an answer's body that is not complete. Chunks that are none, in the very first bytes: the client has seen nothing
// yet, and gets a proper error.
Error why_answer_ended(Exchange& x, const http::BodyReader& answer, BodyStatus status) {
  if (status == BodyStatus::timed_out) return why_nothing_came(x, answer);
  if (status == BodyStatus::cut) return x.note(Error::response_cut, "the backend closed inside the body");
  return x.note(x.response.has_begun() ? Error::response_cut : Error::backend_malformed, "malformed chunk");
}

// The head leaves with the first piece, but need not wait for it. False when the client is gone.
bool pass_on(Exchange& x, const AnswerBody& answer, const http::BodyPiece& piece) {
  if (piece.status == BodyStatus::would_block) return x.response.flush();
  const bool done = answer.reader.done();
  const bool pass = done && wants_trailers(x);
  const std::string trailers = pass ? http::forwardable_trailers(answer.reader.trailers(), answer.options) : "";
  return x.response.write(piece.data, done, trailers);
}

// What is left of a long answer goes past the program, as long as it keeps coming; `pause` loses what was waited in
// vain. False when the client is gone.
bool splice_answer_body(Exchange& x, http::BodyReader& answer, Duration& pause) {
  if (pause < http::Socket::patience || answer.left_to_splice() < worth_a_pipe) return true;
  http::BorrowedPipe pipe(x.services.pipes);
  if (!pipe) return true;
  while (!answer.done()) {
    const IoStatus status = answer.next_into(*pipe);
    if (status == IoStatus::would_block) pause -= http::Socket::patience;
    if (status != IoStatus::ok) return true;
    if (!x.response.write_from(*pipe, answer.done())) return false;
  }
  return true;
}

// The backend may wait for the body's end before it goes on with its answer; and the client for a 100 before it begins.
bool is_clients_turn(const Exchange& x, const http::Flow& upload) {
  if (upload.is_stopped() || upload.waits_to_write()) return false;
  return !waits_for_continue(x);
}

Error why_both_stopped(Exchange& x, const http::BodyReader& answer, http::RelayEnd end, const http::Flow& upload,
                       const http::Flow& down) {
  if (down.state() == FlowState::sink_failed) return x.note(Error::client_gone, "while sending the answer");
  if (down.is_stopped()) return x.note(Error::response_cut, "the backend's answer was cut short or malformed");
  if (end != http::RelayEnd::timed_out) return why_upload_stopped(x, upload);
  if (down.waits_to_write()) return x.note(Error::client_gone, "the client stopped reading the answer");
  if (is_clients_turn(x, upload)) return x.note(Error::request_timeout, "the client stopped sending behind an answer");
  return why_nothing_came(x, answer);
}

}  // namespace

bool waits_for_continue(const Exchange& x) {
  return x.expects_continue && x.body->bytes_read() == 0;
}

Error why_upload_stopped(Exchange& x, const http::Flow& upload) {
  switch (upload.state()) {
    case FlowState::source_cut: return x.note(Error::request_cut, "the client ended inside the request's body");
    case FlowState::source_malformed: return x.note(Error::malformed_body, "malformed chunk");
    case FlowState::too_large: return x.note(Error::body_too_large, "");
    case FlowState::moving:
    case FlowState::complete:
    case FlowState::sink_failed: break;  // a backend that stopped reading may have answered first
  }
  return Error::none;
}

Error relay_answer_body(Exchange& x, const AnswerBody& answer) {
  http::BodyReader& reader = answer.reader;
  http::BodyPiece piece = reader.next_buffered();
  while (!reader.has_failed()) {
    Duration pause = x.config().server.body_timeout;
    const bool is_client_there = pass_on(x, answer, piece) && splice_answer_body(x, reader, pause);
    if (!is_client_there) return x.note(Error::client_gone, "while sending the answer");
    if (reader.done()) return Error::none;
    piece = reader.next(pause);
  }
  return why_answer_ended(x, reader, piece.status);
}

Error relay_both_bodies(Exchange& x, http::Flow& upload, const AnswerBody& answer, const http::Socket& backend) {
  if (!x.response.flush()) return x.note(Error::client_gone, "while sending the answer");
  x.first_piece_gone = true;
  http::Flow down({answer.reader, backend, x.client.wire.socket}, x.response.encoder());
  if (wants_trailers(x)) down.pass_trailers(answer.options);
  const http::RelayEnd end = http::relay_both(upload, down, x.config().server.body_timeout);
  x.response.add_bytes(down.body_bytes_written());
  if (down.state() != FlowState::complete) return why_both_stopped(x, answer.reader, end, upload, down);
  x.response.mark_complete();
  return Error::none;
}

}  // namespace glassgate
