// One request to one backend, and its answer back to the client: the blocking upstream client.
//
// Problem: a backend may be gone, slow, broken or hostile; it may answer before it has read the request, or in many
// parts; and a pooled connection may die in the very moment in which it is used again.
// Algorithm: take a pooled connection or open one; send the head and what is already here of the body in one write;
// pass the rest of the body on while listening for an early answer; read the answer's head (passing on any 1xx); stream
// its body, or become a tunnel (gateway/tunnel.h).
// Guarantee: the answer that the client sees is either whole or visibly cut. A connection goes back to the pool only
// after a complete, unambiguous exchange.
// Invariants:
//   I1 nothing is sent twice unless the request is idempotent or not a byte of it was taken: a pooled connection that
//      dies before a byte of answer is replaced by a fresh one once, and only then
//   I2 after a byte of the answer went to the client, a failure cuts the client's connection; it is never papered over
//   I3 a malformed or ambiguous answer is a failure, and its connection is closed
//   I4 x.may_be_repeated is set only when another backend may be asked by the rule of I1, and no answer has begun
// Thread rule: belongs to the worker thread of its exchange.
// Units: time-outs as in the configuration: connect_timeout for the connection, response_timeout from the last byte of
// the request to the first of the answer (and once more for the rest of its head), body_timeout for pauses in bodies.
// Source: RFC 9110 sections 9.2.2, 10.1.1, 15.2; RFC 9112 sections 6, 9.
#pragma once

#include "gateway/exchange.h"
#include "http/connect.h"
#include "http/relay.h"

namespace glassgate {

class UpstreamCall {
 public:
  static constexpr int max_interim_answers = 16;

  UpstreamCall(Exchange& x, Backend& backend);
  ~UpstreamCall();
  UpstreamCall(const UpstreamCall&) = delete;
  UpstreamCall& operator=(const UpstreamCall&) = delete;

  // Error::none: the answer was relayed whole. Otherwise what went wrong; x.response.has_begun() says whether the
  // client has seen any of it.
  Error run();

 private:
  enum class Reuse { allowed, never };

  Error take_first_piece();
  Error attempt(Reuse reuse);
  Error connect(Reuse reuse);
  http::ConnectResult open_connection();
  bool is_repeatable() const;
  bool may_send_again() const;
  bool may_go_elsewhere() const;

  Error send_head();
  void start_upload();
  Error send_body();
  Error on_upload_timed_out();
  bool is_upload_open() const { return upload_ && !upload_->is_stopped(); }
  bool is_request_sent() const { return upload_ ? upload_->state() == http::FlowState::complete : head_sent_; }

  Error read_answer_head();
  Error wait_for_answer();
  Error check_answer_head();
  Error pass_on_interim();
  void note_answer();
  Error relay_answer();
  Error finish_upload();
  Error relay_tunnel();
  Error fail(Error error, std::string_view detail);
  void keep_connection();

  Exchange& x_;
  Backend& backend_;
  const InFlight in_flight_;
  const ServerConfig& limits_;
  http::Connection wire_;
  bool reached_ = false;  // there is, or was, a connection
  bool reused_ = false;
  bool died_unanswered_ = false;  // closed before a byte of answer
  uint64_t sent_bytes_ = 0;
  bool head_sent_ = false;            // and what was here of the body with it
  std::optional<http::Flow> upload_;  // the rest of the request's body, on its way
  int interim_answers_ = 0;
  http::ResponseHead answer_;
  std::optional<http::ConnectionOptions> answer_options_;
  http::BodyFraming answer_framing_;
};

}  // namespace glassgate
