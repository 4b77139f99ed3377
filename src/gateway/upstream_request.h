// One connection of an attempt: taken from the pool or opened, written to, read from, kept or closed.
//
// Algorithm: take a pooled connection or open one; send the head and what is already here of the body in one write;
// pass the rest of the body on while listening for an early answer; read the answer's head (passing on any 1xx); stream
// its body, or become a tunnel (gateway/tunnel.h). What it promises stands in gateway/upstream_call.h, which asks again
// where that is allowed: with another UpstreamRequest, so this one never begins anew.
// Thread rule: belongs to the worker thread of its exchange.
// Units: time-outs as in the configuration: connect_timeout for the connection, response_timeout from the last byte of
// the request to the first of the answer (and once more for the rest of its head), body_timeout for pauses in bodies.
#pragma once

#include "gateway/exchange.h"
#include "http/connect.h"
#include "http/relay.h"

namespace glassgate {

class UpstreamRequest {
 public:
  static constexpr int max_interim_answers = 16;
  enum class Reuse { allowed, never };

  UpstreamRequest(Exchange& x, Backend& backend);
  ~UpstreamRequest();
  UpstreamRequest(const UpstreamRequest&) = delete;
  UpstreamRequest& operator=(const UpstreamRequest&) = delete;

  // To be called once. What it gives back means what call_upstream()'s does.
  Error run(Reuse reuse);

  // What became of it.
  bool was_connected() const { return connected_; }
  bool was_reused() const { return reused_; }
  bool died_unanswered() const { return died_unanswered_; }  // the connection, before a byte of answer
  bool was_sent() const { return sent_bytes_ > 0; }          // a byte of it

 private:
  Error connect(Reuse reuse);
  http::ConnectResult open_connection();

  Error send_head();
  void start_upload();
  Error send_body();
  Error on_upload_timed_out();
  bool is_upload_open() const { return upload_ && !upload_->is_stopped(); }
  bool is_sent_whole() const { return upload_ ? upload_->state() == http::FlowState::complete : head_sent_; }

  Error read_answer_head();
  Error wait_for_answer();
  Error check_answer_head();
  Error pass_on_interim();
  void look_for_client();
  void note_answer();
  Error relay_answer();
  bool begin_answer();
  Error finish_upload();
  Error relay_tunnel();
  void note_lost_body();
  void keep_connection();

  Exchange& x_;
  Backend& backend_;
  const ServerConfig& limits_;
  http::Connection wire_;
  bool connected_ = false;
  bool reused_ = false;
  bool died_unanswered_ = false;
  uint64_t sent_bytes_ = 0;
  bool head_sent_ = false;            // and what was here of the body with it
  std::optional<http::Flow> upload_;  // the rest of the request's body, on its way
  int interim_answers_ = 0;
  http::ResponseHead answer_;
  std::optional<http::ConnectionOptions> answer_options_;
  http::BodyFraming answer_framing_;
};

}  // namespace glassgate
