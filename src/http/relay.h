// Two directions at once, on one thread.
//
// Problem: while a request's body is on its way up, the backend may answer early, ask for it (100 Continue), stop
// reading, or echo as it reads; and a tunnel has no order at all. A thread that blocks in one direction would miss the
// other, or wait for it for ever.
// Algorithm: a Flow moves one direction without ever blocking; the functions below poll() until one of the flows can go
// on.
// Guarantee: a flow holds at most one piece of a body that is not yet written (back-pressure: it reads no further until
// that is gone), so memory is bounded by two buffers whatever the peers do.
// Invariants:
//   I1 bytes leave in the order and number in which they came
//   I2 no direction waits for the other one to move
//   I3 `complete` only after the last byte, and the framing's end, was taken by the receiving socket
// Thread rule: one thread. Units: `pause` is the longest time in which nothing moves.
#pragma once

#include <poll.h>

#include "http/body.h"
#include "http/hop_by_hop.h"

namespace glassgate::http {

enum class FlowState {
  moving,
  complete,
  source_cut,        // the body ended before its framing said so
  source_malformed,  // chunks that are none
  sink_failed,       // the receiver is gone
  too_large,         // more bytes than `max_bytes`
};

// One body on its way from one connection to another.
class Flow {
 public:
  struct Ends {
    BodyReader& body;
    const Socket& from;
    Socket& to;
  };
  Flow(Ends ends, BodyEncoder encoder) : ends_(ends), encoder_(encoder) {}
  Flow(const Flow&) = delete;  // pending_ points into the object itself
  Flow& operator=(const Flow&) = delete;

  // Those that the message's Connection names stay behind. (Without this call, all of them do.) `options` is kept, not
  // copied: it outlives the flow.
  void pass_trailers(const ConnectionOptions& options) { trailer_options_ = &options; }
  void half_close_at_end() { half_close_ = true; }
  void limit(uint64_t max_bytes) { max_bytes_ = max_bytes; }

  // At most one read and one write, neither of which blocks.
  void step();
  // While nothing moves: memory that is not needed for it goes back.
  void rest();
  FlowState state() const { return state_; }
  bool is_stopped() const { return state_ != FlowState::moving; }
  // What to wait for before the next step() can do something. Of a flow that has stopped, only its source's breaking is
  // of interest, which poll() reports without being asked.
  pollfd wants() const;
  // What poll() said of a stopped flow's source. True: it was reset. A hang-up in good order is said once, and not
  // waited for again.
  bool has_broken(short revents);
  // The receiver was found to be gone, before there was anything to write to it.
  void lose_sink() { state_ = FlowState::sink_failed; }
  bool waits_to_write() const { return !pending_.empty(); }
  uint64_t bytes_written() const { return bytes_written_; }  // framing included
  // When a byte was last written; or since when one is waited for.
  TimePoint last_moved() const { return last_moved_; }
  void begin_pause() { last_moved_ = std::chrono::steady_clock::now(); }
  uint64_t body_bytes_written() const { return body_bytes_ - pending_.left_of(piece_); }

 private:
  void read();
  void write();
  void end_of_body();

  Ends ends_;
  BodyEncoder encoder_;
  GatherList pending_;    // read, framed and not yet written; points into the reader's buffer
  std::string trailers_;  // what pending_ may point to
  const ConnectionOptions* trailer_options_ = nullptr;
  bool half_close_ = false;
  bool ending_ = false;       // pending_ holds the end of the body
  bool source_over_ = false;  // it hung up behind the end of the body
  uint64_t max_bytes_ = 0;
  uint64_t bytes_written_ = 0;
  TimePoint last_moved_ = std::chrono::steady_clock::now();
  std::string_view piece_;   // of the body, in pending_
  uint64_t body_bytes_ = 0;  // up to the end of piece_
  FlowState state_ = FlowState::moving;
};

enum class RelayEnd {
  stopped,    // see each function
  readable,   // relay_up: the watched socket has something to say
  timed_out,  // nothing moved for too long
};

// Moves `up` until it stops or `watch` becomes readable. `pause` counts from last_moved(), so it goes on where the same
// flow is moved again.
RelayEnd relay_up(Flow& up, const Socket& watch, Duration pause);

// Moves both until `down` stopped (an answer that is complete ends the exchange) or the body that goes up turns out
// broken.
RelayEnd relay_both(Flow& up, Flow& down, Duration pause);

// A tunnel: moves bytes both ways until both sides have ended theirs, or one is gone, also one that has ended its own
// direction before. While both may speak and nothing waits to be read, it waits without limit; but where nothing moves
// for `pause` (a second at the least), it ends behind the end of `down`, and where a side reads nothing.
void relay_tunnel(Flow& up, Flow& down, Duration pause);

// The field lines of a message's trailers that may be sent on: those that may_be_trailer() lets pass, and none that its
// Connection names (RFC 9110 section 7.6.1).
std::string forwardable_trailers(const Fields& trailers, const ConnectionOptions& options);

}  // namespace glassgate::http
