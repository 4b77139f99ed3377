#include "gateway/upstream_call.h"

#include "base/strings.h"
#include "gateway/answers.h"
#include "gateway/forwarding.h"
#include "gateway/services.h"
#include "http/connect.h"

namespace glassgate {
namespace {

using http::BodyFraming;
using http::BodyStatus;
using http::FieldId;
using http::FlowState;
using http::HeadRead;
using http::IoStatus;

http::HeadLimits head_limits(const ServerConfig& config) {
  return {config.max_header_bytes, config.max_headers};
}

Error to_error(http::ConnectStatus status) {
  switch (status) {
    case http::ConnectStatus::connected: return Error::none;
    case http::ConnectStatus::unresolved: return Error::backend_unresolved;
    case http::ConnectStatus::timed_out: return Error::backend_timeout;
    case http::ConnectStatus::refused:
    case http::ConnectStatus::no_resources: break;
  }
  return Error::backend_unreachable;
}

// How the body goes on to the client. Without a known length, HTTP/1.1 has chunks; before that there was only closing.
BodyFraming::Kind framing_for_client(const Exchange& x, BodyFraming answer) {
  if (answer.kind == BodyFraming::Kind::none || answer.kind == BodyFraming::Kind::length) return answer.kind;
  return x.request.version.minor == 0 ? BodyFraming::Kind::until_close : BodyFraming::Kind::chunked;
}

bool wants_trailers(const Exchange& x) {
  return http::list_contains(x.request.fields, FieldId::te, "trailers");
}

}  // namespace

UpstreamCall::UpstreamCall(Exchange& x, Backend& backend)
    : x_(x), backend_(backend), in_flight_(backend), limits_(x.config().server) {}

UpstreamCall::~UpstreamCall() {
  x_.client.set_upstream(nullptr);  // before the socket goes
}

Error UpstreamCall::run() {
  Error error = connect(Reuse::allowed);
  if (error == Error::none) error = exchange();
  if (error != Error::none && may_send_again()) {
    error = connect(Reuse::never);
    if (error == Error::none) error = exchange();
  }
  if (error != Error::none && x_.client.is_cut()) return fail(Error::drained, "cut when the drain time was over");
  return error;
}

Error UpstreamCall::connect(Reuse reuse) {
  x_.client.set_upstream(nullptr);
  died_unanswered_ = false;
  sent_bytes_ = 0;
  std::optional<http::Connection> pooled;
  if (reuse == Reuse::allowed) pooled = x_.upstream->pool->take(backend_, x_.services.clock.now());
  reused_ = pooled.has_value();
  if (reused_) {
    wire_ = std::move(*pooled);
    backend_.connections_reused.fetch_add(1, std::memory_order_relaxed);
  } else {
    http::ConnectResult opened =
        http::connect_to(backend_.address.host, backend_.address.port, x_.upstream->config->connect_timeout);
    if (opened.status != http::ConnectStatus::connected) return fail(to_error(opened.status), "while connecting");
    wire_ = http::Connection(std::move(opened.socket));
    backend_.connections_opened.fetch_add(1, std::memory_order_relaxed);
  }
  x_.client.set_upstream(&wire_.socket);
  return Error::none;
}

// I1. A body of which more was read than the first piece cannot be sent again.
bool UpstreamCall::may_send_again() const {
  if (!reused_ || !died_unanswered_ || x_.client.is_cut()) return false;
  return sent_bytes_ == 0 || (http::is_idempotent(x_.request.method) && !x_.body_moved_on);
}

Error UpstreamCall::exchange() {
  Error error = send_head();
  for (int interim = 0; error == Error::none; ++interim) {
    error = send_body();
    if (error == Error::none) error = read_answer_head();
    if (error != Error::none) break;
    if (answer_.status == 101) return relay_tunnel();
    if (answer_.status >= 200) return relay_answer();
    if (interim == max_interim_answers) return fail(Error::backend_malformed, "too many interim answers");
    error = pass_on_interim();
  }
  return error;
}

// The head and as much of the body as has arrived with it leave in one write.
Error UpstreamCall::send_head() {
  if (!x_.first_piece) {
    const http::BodyPiece piece = x_.body->next_buffered();
    if (piece.status == BodyStatus::malformed) return fail(Error::malformed_body, "malformed chunk");
    if (limits_.max_body_bytes > 0 && x_.body->bytes_read() > limits_.max_body_bytes) return fail(Error::body_too_large, "");
    x_.first_piece = piece.data;
  }
  const std::string head = request_head_for(x_, backend_);
  const std::string trailers = x_.body->done() ? http::forwardable_trailers(x_.body->trailers()) : "";
  http::BodyEncoder encoder(x_.framing.kind);
  http::GatherList pieces;
  pieces.add(head);
  encoder.add_piece(pieces, *x_.first_piece);
  if (x_.body->done()) encoder.add_end(pieces, trailers);
  const http::IoResult result = wire_.socket.write_all(pieces, limits_.body_timeout);
  sent_bytes_ = result.bytes;
  if (result.status == IoStatus::timed_out) return fail(Error::backend_timeout, "while sending the request");
  if (result.status != IoStatus::ok && reused_ && sent_bytes_ == 0) {
    died_unanswered_ = true;
    return fail(Error::backend_closed, "while sending the request");
  }
  upload_.reset();
  if (!x_.body->done()) {
    upload_.emplace(http::Flow::Ends{*x_.body, x_.client.wire.socket, wire_.socket}, http::BodyEncoder(x_.framing.kind));
    upload_->pass_trailers(true);
    upload_->limit(limits_.max_body_bytes);
  }
  return Error::none;
}

bool UpstreamCall::is_upload_open() const {
  return upload_ && !upload_->is_stopped();
}

// Until the request's body is sent, or the backend has something to say.
Error UpstreamCall::send_body() {
  if (!is_upload_open() || !wire_.in.empty()) return Error::none;
  x_.body_moved_on = true;
  switch (http::relay_up(*upload_, wire_.socket, limits_.body_timeout)) {
    case http::RelayEnd::readable: return Error::none;
    case http::RelayEnd::stopped: return on_upload_stopped();
    case http::RelayEnd::timed_out: break;
  }
  if (upload_->waits_to_write()) return fail(Error::backend_timeout, "the backend stopped reading the request");
  return fail(Error::request_timeout, "the client stopped sending the request's body");
}

Error UpstreamCall::on_upload_stopped() {
  switch (upload_->state()) {
    case FlowState::source_cut: return fail(Error::request_cut, "the client ended inside the request's body");
    case FlowState::source_malformed: return fail(Error::malformed_body, "malformed chunk");
    case FlowState::too_large: return fail(Error::body_too_large, "");
    case FlowState::moving:
    case FlowState::complete:
    case FlowState::sink_failed: break;  // a backend that stopped reading may have answered first
  }
  return Error::none;
}

Error UpstreamCall::read_answer_head() {
  const Duration timeout = x_.upstream->config->response_timeout;
  const http::HeadLimits limits = head_limits(limits_);
  if (wire_.in.empty()) {
    wire_.in.space();  // an answer is due, so a buffer may be held while waiting for it
    const IoStatus status = wire_.fill(timeout);
    died_unanswered_ = status == IoStatus::closed || status == IoStatus::failed;
    if (died_unanswered_) return fail(Error::backend_closed, "before a byte of answer");
    if (status != IoStatus::ok) return fail(Error::backend_timeout, "no answer");
  }
  switch (http::read_head(wire_, limits, http::EmptyLines::refuse, timeout, answer_.bytes)) {
    case HeadRead::complete: break;
    case HeadRead::cut: return fail(Error::backend_closed, "inside the answer's head");
    case HeadRead::timed_out: return fail(Error::backend_timeout, "inside the answer's head");
    case HeadRead::malformed:
    case HeadRead::start_line_large:
    case HeadRead::too_large: return fail(Error::backend_malformed, "head too large or not in lines");
  }
  const http::HeadError head_error = http::parse_response_head(limits, answer_);
  if (head_error != http::HeadError::none) return fail(Error::backend_malformed, http::describe(head_error));
  const http::FramingError framing_error = http::response_framing(answer_, x_.request.method, answer_framing_);
  if (framing_error != http::FramingError::none) return fail(Error::backend_malformed, http::describe(framing_error));
  return Error::none;
}

// HTTP/1.0 has no interim answers (RFC 9110 section 15.2).
Error UpstreamCall::pass_on_interim() {
  if (answer_.status == 100) x_.expects_continue = false;
  if (x_.request.version.minor == 0) return Error::none;
  if (x_.response.interim(interim_head_for(answer_))) return Error::none;
  return fail(Error::client_gone, "");
}

Error UpstreamCall::relay_answer() {
  const BodyFraming::Kind framing = framing_for_client(x_, answer_framing_);
  settle_keep_alive(x_);
  if (framing == BodyFraming::Kind::until_close) x_.keep_alive = false;
  x_.response.head(answer_.status, response_head_for(x_, answer_, framing), framing);
  Error error = Error::none;
  {
    http::BodyReader body(wire_, answer_framing_, head_limits(limits_));
    error = is_upload_open() ? relay_both(body) : relay_body(body);
  }
  if (error == Error::none) keep_connection();
  return error;
}

// The usual way: the request is sent, so there is one direction left, and a thread that blocks in it is enough.
Error UpstreamCall::relay_body(http::BodyReader& body) {
  http::BodyPiece piece = body.next_buffered();
  for (;;) {
    bool client_is_there = true;
    switch (piece.status) {
      case BodyStatus::data:
      case BodyStatus::end: {
        const bool pass = body.done() && wants_trailers(x_);
        const std::string trailers = pass ? http::forwardable_trailers(body.trailers()) : "";
        client_is_there = x_.response.write(piece.data, body.done(), trailers);
        break;
      }
      case BodyStatus::would_block: client_is_there = x_.response.flush(); break;  // the head need not wait for the body
      case BodyStatus::malformed: return fail(Error::response_cut, "malformed chunk");
      case BodyStatus::timed_out: return fail(Error::response_cut, "the backend stopped sending");
      case BodyStatus::cut: return fail(Error::response_cut, "the backend closed inside the body");
    }
    if (!client_is_there) return fail(Error::client_gone, "while sending the answer");
    if (body.done()) return Error::none;
    piece = body.next(limits_.body_timeout);
  }
}

// The backend answers while the request's body is still on its way: both go on.
Error UpstreamCall::relay_both(http::BodyReader& body) {
  if (!x_.response.flush()) return fail(Error::client_gone, "while sending the answer");
  x_.body_moved_on = true;
  http::Flow down({body, wire_.socket, x_.client.wire.socket}, x_.response.encoder());
  down.pass_trailers(wants_trailers(x_));
  const http::RelayEnd end = http::relay_both(*upload_, down, limits_.body_timeout);
  x_.response.add_bytes(body.bytes_read());
  if (end == http::RelayEnd::timed_out) return fail(Error::response_cut, "neither side moved");
  switch (down.state()) {
    case FlowState::complete: x_.response.mark_complete(); return Error::none;
    case FlowState::sink_failed: return fail(Error::client_gone, "while sending the answer");
    case FlowState::moving: return fail(Error::response_cut, "the request's body was cut short or malformed");
    case FlowState::source_cut:
    case FlowState::source_malformed:
    case FlowState::too_large: break;
  }
  return fail(Error::response_cut, "the backend's answer was cut short or malformed");
}

// A 101 that nobody asked for, or for a protocol that was not offered, would let a backend turn the client's next request into
// a stream that nobody looks at.
Error UpstreamCall::check_upgrade() {
  const http::Field* chosen = answer_.fields.find(FieldId::upgrade);
  const std::string offered = http::upgrade_protocols(x_.request.fields, *x_.options);
  const bool asked_for = chosen != nullptr && http::list_contains(offered, chosen->value);
  if (!asked_for || x_.request.version.minor == 0) return fail(Error::backend_malformed, "a 101 that nobody asked for");
  if (is_upload_open()) return fail(Error::backend_malformed, "a 101 before the request was complete");
  return Error::none;
}

Error UpstreamCall::relay_tunnel() {
  if (const Error error = check_upgrade(); error != Error::none) return error;
  x_.keep_alive = false;
  x_.response.head(101, upgrade_head_for(x_, answer_), BodyFraming::Kind::until_close);
  if (!x_.response.flush()) return fail(Error::client_gone, "while sending the answer");
  http::Socket& client = x_.client.wire.socket;
  client.enable_keepalive();
  wire_.socket.enable_keepalive();
  const BodyFraming raw{BodyFraming::Kind::until_close, 0};
  const http::BodyEncoder as_it_is(BodyFraming::Kind::until_close);
  http::BodyReader from_client(x_.client.wire, raw, head_limits(limits_));
  http::BodyReader from_backend(wire_, raw, head_limits(limits_));
  http::Flow up({from_client, client, wire_.socket}, as_it_is);
  http::Flow down({from_backend, wire_.socket, client}, as_it_is);
  up.half_close_at_end();
  down.half_close_at_end();
  http::relay_tunnel(up, down);
  x_.tunnelled_in = up.bytes_written();
  x_.response.add_bytes(down.bytes_written());
  x_.response.mark_complete();
  return Error::none;
}

// RFC 9112 section 9.3: both sides are at the end of a message and know it.
void UpstreamCall::keep_connection() {
  const bool request_sent = !upload_ || upload_->state() == FlowState::complete;
  const bool persists = http::may_persist(answer_.version, http::ConnectionOptions(answer_.fields));
  if (!request_sent || !persists || answer_framing_.kind == BodyFraming::Kind::until_close) return;
  x_.client.set_upstream(nullptr);
  x_.upstream->pool->put(backend_, std::move(wire_), x_.services.clock.now());
}

Error UpstreamCall::fail(Error error, std::string_view detail) {
  x_.detail = detail;
  return error;
}

}  // namespace glassgate
