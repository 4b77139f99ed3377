#include "gateway/upstream_request.h"

#include <algorithm>
#include <new>

#include "gateway/answers.h"
#include "gateway/body_relay.h"
#include "gateway/forwarding.h"
#include "gateway/outcome.h"
#include "gateway/services.h"
#include "gateway/tunnel.h"

namespace glassgate {
namespace {

using http::BodyFraming;
using http::HeadRead;
using http::IoStatus;

Error to_error(http::ConnectStatus status) {
  switch (status) {
    case http::ConnectStatus::connected: return Error::none;
    case http::ConnectStatus::unresolved: return Error::backend_unresolved;
    case http::ConnectStatus::timed_out: return Error::backend_timeout;
    case http::ConnectStatus::no_lookup:
    case http::ConnectStatus::no_resources: return Error::no_descriptors;
    case http::ConnectStatus::refused: break;
  }
  return Error::backend_unreachable;
}

// Of an answer, at first: a short one is here then, with its head, and what is left of a long one may go past the
// program. (In between it costs one more read and write.)
constexpr size_t first_read_bytes = size_t{32} * 1024;

bool may_become_a_head(http::HeadScanner& scanner, const http::Buffer& in) {
  return http::begins_like_a_head(in.view()) && scanner.scan(in.view()) == http::HeadScanner::State::need_more;
}

}  // namespace

UpstreamRequest::UpstreamRequest(Exchange& x, Backend& backend)
    : x_(x), backend_(backend), limits_(x.config().server), answer_(&x.memory) {}

UpstreamRequest::~UpstreamRequest() {
  x_.client.set_upstream(nullptr);  // before the socket goes
}

Error UpstreamRequest::run(Reuse reuse) {
  Error error = connect(reuse);
  if (error == Error::none) error = send_head();
  while (error == Error::none) {
    error = send_body();
    if (error == Error::none) error = read_answer_head();
    if (error != Error::none) break;
    if (answer_.status == 101) return relay_tunnel();
    if (answer_.status >= 200) return relay_answer();
    error = pass_on_interim();
  }
  return error;
}

Error UpstreamRequest::connect(Reuse reuse) {
  std::optional<http::Connection> pooled;
  if (reuse == Reuse::allowed) pooled = x_.upstream->pool->take(backend_, x_.attempt_started);
  reused_ = pooled.has_value();
  if (reused_) {
    wire_ = std::move(*pooled);
    backend_.connections_reused.add();
  } else {
    http::ConnectResult opened = open_connection();
    if (opened.status == http::ConnectStatus::no_resources) {
      x_.runtime->close_some_idle();
      opened = open_connection();
    }
    if (opened.status != http::ConnectStatus::connected) return x_.note(to_error(opened.status), "while connecting");
    wire_ = http::Connection(std::move(opened.socket));
    backend_.connections_opened.add();
  }
  connected_ = true;
  if (x_.explanation) x_.explanation->note("connect", reused_ ? "reused" : "opened", backend_.name);
  x_.client.set_upstream(&wire_.socket);
  // Cut meanwhile: set_upstream() has shut the socket down, so there is no sense in writing to it.
  return x_.client.is_cut() ? x_.note(Error::drained, "") : Error::none;
}

http::ConnectResult UpstreamRequest::open_connection() {
  const auto show = [this](const http::Socket* waiting) {
    x_.client.set_upstream(waiting);
    return !x_.client.is_cut();
  };
  return http::connect_to(backend_.address.host, backend_.address.port, x_.upstream->config->connect_timeout, show);
}

// The head and as much of the body as has arrived with it leave in one write.
Error UpstreamRequest::send_head() {
  const std::pmr::string head = request_head_for(x_, backend_);
  const std::string trailers = x_.body->done() ? http::forwardable_trailers(x_.body->trailers(), *x_.options) : "";
  http::BodyEncoder encoder(x_.framing.kind);
  http::GatherList pieces;
  pieces.add(head);
  encoder.add_piece(pieces, x_.first_piece);
  if (x_.body->done()) encoder.add_end(pieces, trailers);
  const http::IoResult result = wire_.socket.write_all(pieces, limits_.body_timeout);
  sent_bytes_ = result.bytes;
  head_sent_ = result.status == IoStatus::ok;
  if (result.status == IoStatus::timed_out) return x_.note(Error::backend_timeout, "while sending the request");
  // A pooled one that takes not a byte has ended before, and what it may still say is no answer to this. A fresh one
  // may have answered before it read.
  died_unanswered_ = !head_sent_ && sent_bytes_ == 0 && reused_;
  if (died_unanswered_) return x_.note(Error::backend_closed, "while sending the request");
  start_upload();
  return Error::none;  // also where a part went out and no more: the backend may have answered
}

void UpstreamRequest::start_upload() {
  if (!head_sent_ || x_.body->done()) return;
  upload_.emplace(http::Flow::Ends{*x_.body, x_.client.wire.socket, wire_.socket}, http::BodyEncoder(x_.framing.kind));
  upload_->pass_trailers(*x_.options);
  upload_->limit(limits_.max_body_bytes);
}

// Until the request's body is sent, or the backend has something to say: a whole head, or what will never be one. (It
// may send a part of a head, and wait for more of the body before it goes on. That does not prolong the body's time.)
Error UpstreamRequest::send_body() {
  if (!is_upload_open()) return Error::none;
  const Duration its_time = waits_for_continue(x_) ? x_.upstream->config->response_timeout : Duration::zero();
  http::HeadScanner scanner;
  upload_->begin_pause();
  while (is_upload_open() && may_become_a_head(scanner, wire_.in)) {
    const http::RelayEnd end = http::relay_up(*upload_, wire_.socket, std::max(its_time, limits_.body_timeout));
    x_.first_piece_gone = x_.body->bytes_read() > 0;
    if (end == http::RelayEnd::stopped) return why_upload_stopped(x_, *upload_);
    if (end == http::RelayEnd::timed_out) return on_upload_timed_out();
    wire_.in.reserve(x_.answer_limits().max_bytes);
    if (wire_.fill_now() != IoStatus::ok) break;  // why not is the next read's to tell
  }
  return Error::none;
}

Error UpstreamRequest::on_upload_timed_out() {
  if (upload_->waits_to_write()) return x_.note(Error::backend_timeout, "the backend stopped reading the request");
  const bool has_begun_to_answer = !wire_.in.empty();
  if (waits_for_continue(x_) && has_begun_to_answer) return x_.note(Error::backend_timeout, "inside the answer's head");
  return x_.note(Error::request_timeout, "the client stopped sending the request's body");
}

Error UpstreamRequest::read_answer_head() {
  if (wire_.in.empty()) {
    if (const Error error = wait_for_answer(); error != Error::none) return error;
  }
  const Duration timeout = x_.upstream->config->response_timeout;
  switch (http::read_head(wire_, x_.answer_limits(), http::EmptyLines::refuse, timeout, answer_.bytes)) {
    case HeadRead::complete: return check_answer_head();
    case HeadRead::cut: return x_.note(Error::backend_closed, "inside the answer's head");
    case HeadRead::timed_out: return x_.note(Error::backend_timeout, "inside the answer's head");
    case HeadRead::no_start_line: return x_.note(Error::backend_malformed, http::describe(http::HeadError::start_line));
    case HeadRead::malformed:
    case HeadRead::start_line_large:
    case HeadRead::too_large: break;
  }
  return x_.note(Error::backend_malformed, "head too large or not in lines");
}

Error UpstreamRequest::wait_for_answer() {
  x_.services.yield.before_wait();  // the backend's turn, often enough
  wire_.in.space();                 // an answer is due, so a buffer may be held while waiting for it
  const IoStatus status = wire_.fill(x_.upstream->config->response_timeout, first_read_bytes);
  if (status == IoStatus::ok) return Error::none;
  if (status == IoStatus::timed_out) {
    look_for_client();
    return x_.note(Error::backend_timeout, "no answer");
  }
  died_unanswered_ = interim_answers_ == 0;
  return x_.note(Error::backend_closed, died_unanswered_ ? "before a byte of answer" : "after an interim answer");
}

Error UpstreamRequest::check_answer_head() {
  const http::HeadError head_error = http::parse_response_head(x_.answer_limits(), answer_);
  if (head_error != http::HeadError::none) return x_.note(Error::backend_malformed, http::describe(head_error));
  const http::FramingError framing_error = http::response_framing(answer_, x_.request.method, answer_framing_);
  if (framing_error != http::FramingError::none)
    return x_.note(Error::backend_malformed, http::describe(framing_error));
  answer_options_.emplace(answer_.fields);
  if (answer_options_->has_too_many_names()) return x_.note(Error::backend_malformed, "too many names in Connection");
  return Error::none;
}

// HTTP/1.0 has no interim answers (RFC 9110 section 15.2).
Error UpstreamRequest::pass_on_interim() {
  if (++interim_answers_ > max_interim_answers) return x_.note(Error::backend_malformed, "too many interim answers");
  if (answer_.status == 100) x_.expects_continue = false;
  if (x_.request.version.minor == 0) return Error::none;
  if (x_.response.interim(interim_head_for(answer_))) return Error::none;
  return x_.note(Error::client_gone, "");
}

// A client that has ended its side may still read: nothing is decided by it, but whoever reads the log wants to know.
void UpstreamRequest::look_for_client() {
  x_.client_ended_first = x_.client.wire.socket.has_ended();
}

void UpstreamRequest::note_answer() {
  x_.upstream_latency = x_.services.clock.now() - x_.attempt_started;
  x_.upstream->counts->upstream_latency.observe(*x_.upstream_latency);
  if (*x_.upstream_latency > http::Socket::patience) look_for_client();
  if (x_.explanation) x_.explanation->note("first_byte", std::to_string(answer_.status));
}

// False when the client's connection was cut before anybody could know that its end is the answer's.
bool UpstreamRequest::begin_answer() {
  const BodyFraming::Kind framing = framing_for_client(x_, answer_framing_);
  settle_keep_alive(x_);
  if (framing == BodyFraming::Kind::until_close) {
    x_.keep_alive = false;
    x_.client.set_answer(ClientConnection::Answer::ends_with_connection);
    if (x_.client.is_cut()) return false;
  }
  x_.response.head(answer_.status, response_head_for(x_, answer_, *answer_options_, framing), framing);
  return true;
}

Error UpstreamRequest::relay_answer() {
  note_answer();
  settle_test_at_head(x_, answer_.status);
  if (!is_upload_open()) x_.body->drop_piece();  // it will not be sent again
  if (!begin_answer()) return x_.note(Error::drained, "");
  Error error = Error::none;
  {
    http::BodyReader body(wire_, answer_framing_, x_.answer_limits());
    const AnswerBody answer{body, *answer_options_};
    error = is_upload_open() ? relay_both_bodies(x_, *upload_, answer, wire_.socket) : relay_answer_body(x_, answer);
  }
  if (error != Error::none) return error;
  // Where the backend's end is the answer's, who cuts the exchange makes such an end.
  const bool is_end_in_doubt = answer_framing_.kind == BodyFraming::Kind::until_close && x_.client.is_cut();
  if (is_end_in_doubt) return x_.note(Error::response_cut, "");
  note_lost_body();
  keep_connection();
  return Error::none;
}

// An answer that is whole may be one to a body that never came through.
void UpstreamRequest::note_lost_body() {
  if (!is_sent_whole()) {
    x_.detail = "the answer was complete before the request, whose rest was not sent";
  } else if (answer_.version.minor == 0 && x_.framing.kind == BodyFraming::Kind::chunked) {
    x_.detail = "an answer in HTTP/1.0, which knows no chunks: the request's body may not have been read";
  }
}

// A backend may switch as soon as it has the head. The client speaks HTTP until its request is over.
Error UpstreamRequest::finish_upload() {
  if (!is_upload_open()) return Error::none;
  const http::Socket nobody;
  upload_->begin_pause();
  const http::RelayEnd end = http::relay_up(*upload_, nobody, limits_.body_timeout);
  return end == http::RelayEnd::timed_out ? on_upload_timed_out() : why_upload_stopped(x_, *upload_);
}

Error UpstreamRequest::relay_tunnel() {
  if (!is_upgrade_wanted(x_, answer_)) return x_.note(Error::backend_malformed, "a 101 that nobody asked for");
  note_answer();
  if (const Error error = finish_upload(); error != Error::none) return error;
  if (!is_sent_whole()) return x_.note(Error::backend_malformed, "a 101 before the request was complete");
  x_.body->drop_piece();
  settle_test_at_head(x_, answer_.status);
  const Error error = run_tunnel(x_, wire_, answer_);
  return error == Error::none ? error : x_.note(error, "inside the tunnel");
}

// RFC 9112 section 9.3: both sides are at the end of a message and know it. But a backend that has answered early may
// leave the rest of an upload unread, and the next request would stand behind it. (Whether it was read, nobody can
// tell; what the backend's system has not even taken was not.) And one that has been told who its client is must not
// serve another.
void UpstreamRequest::keep_connection() {
  const bool persists = http::may_persist(answer_.version, *answer_options_);
  if (!is_sent_whole() || !persists || answer_framing_.kind == BodyFraming::Kind::until_close) return;
  if (upload_ && !wire_.socket.is_delivered()) return;
  if (http::authenticates_connection(x_.request.fields, http::FieldId::authorization)) return;
  if (http::authenticates_connection(answer_.fields, http::FieldId::www_authenticate)) return;
  x_.client.set_upstream(nullptr);
  try {
    x_.upstream->pool->put(backend_, std::move(wire_), x_.services.clock.now());
  } catch (const std::bad_alloc&) {  // then it is closed: the answer is whole without it
  }
}

}  // namespace glassgate
