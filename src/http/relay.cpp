#include "http/relay.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/stack.h"

namespace glassgate::http {
namespace {

constexpr Duration forever = Duration::max();

// False when the time passed first, or where waiting is impossible.
bool wait_for_any(std::span<pollfd> entries, Duration timeout) {
  const TimePoint start = std::chrono::steady_clock::now();
  for (;;) {
    timespec left{};
    if (timeout != forever) {
      const Duration rest = std::max(timeout - (std::chrono::steady_clock::now() - start), Duration::zero());
      left = {rest.count() / 1'000'000'000, rest.count() % 1'000'000'000};
    }
    const int n = ::ppoll(entries.data(), entries.size(), timeout == forever ? nullptr : &left, nullptr);
    if (n > 0) return true;
    if (n == 0 || errno != EINTR) return false;
  }
}

// Who sends nothing more still receives what comes the other way, so its reset is the other flow's end.
void advance(short revents, Flow& flow, Flow& back) {
  if (revents == 0) return;
  if (!flow.is_stopped()) return flow.step();
  if (flow.has_broken(revents) && !back.is_stopped()) back.lose_sink();
}

bool is_failure(FlowState state) {
  return state != FlowState::moving && state != FlowState::complete;
}

// poll() finds a socket writable when a third of its buffer is free, for which a slow receiver may need longer than the
// pause that it is allowed. So when that has passed, a last step tells whether anything moved at all.
bool moves_after_all(Flow& flow) {
  if (flow.is_stopped() || !flow.waits_to_write()) return false;
  const uint64_t before = flow.bytes_written();
  flow.step();
  return flow.bytes_written() > before;
}

// The body itself is broken. (A receiver that stopped taking it may still answer.)
bool is_source_failure(FlowState state) {
  return is_failure(state) && state != FlowState::sink_failed;
}

}  // namespace

pollfd Flow::wants() const {
  if (is_stopped()) return {source_over_ ? -1 : ends_.from.fd(), 0, 0};  // poll() passes over a negative descriptor
  if (waits_to_write()) return {ends_.to.fd(), POLLOUT, 0};
  return {ends_.from.fd(), POLLIN, 0};
}

bool Flow::has_broken(short revents) {
  if ((revents & POLLERR) != 0 || ends_.from.has_error()) return true;
  source_over_ = true;  // poll() would say so for ever
  return false;
}

void Flow::step() {
  if (pending_.empty()) read();
  if (!is_stopped()) write();
}

void Flow::rest() {
  if (pending_.empty()) ends_.body.release_memory();
}

void Flow::read() {
  const BodyPiece piece = ends_.body.next_now();
  switch (piece.status) {
    case BodyStatus::would_block: return;
    case BodyStatus::data:
      if (max_bytes_ > 0 && ends_.body.bytes_read() > max_bytes_) {
        state_ = FlowState::too_large;
        return;
      }
      encoder_.add_piece(pending_, piece.data);
      piece_ = piece.data;
      body_bytes_ += piece_.size();
      if (ends_.body.done()) end_of_body();
      return;
    case BodyStatus::end: end_of_body(); return;
    case BodyStatus::malformed: state_ = FlowState::source_malformed; return;
    case BodyStatus::cut:
    case BodyStatus::timed_out: state_ = FlowState::source_cut; return;
  }
}

void Flow::end_of_body() {
  if (trailer_options_ != nullptr) trailers_ = forwardable_trailers(ends_.body.trailers(), *trailer_options_);
  encoder_.add_end(pending_, trailers_);
  ending_ = true;
}

void Flow::write() {
  if (!pending_.empty()) {
    const IoResult result = ends_.to.write_now(pending_);
    bytes_written_ += result.bytes;
    if (result.bytes > 0) begin_pause();
    if (result.status == IoStatus::failed) state_ = FlowState::sink_failed;
  }
  if (!ending_ || !pending_.empty() || is_stopped()) return;
  if (half_close_) ends_.to.shutdown_write();
  state_ = FlowState::complete;
}

RelayEnd relay_up(Flow& up, const Socket& watch, Duration pause) {
  up.step();
  while (!up.is_stopped()) {
    std::array<pollfd, 2> entries{up.wants(), pollfd{watch.fd(), POLLIN, 0}};
    if (wait_for_any(entries, pause - (std::chrono::steady_clock::now() - up.last_moved()))) {
      if (entries[1].revents != 0) return RelayEnd::readable;
      up.step();
    } else if (!moves_after_all(up)) {
      return RelayEnd::timed_out;
    }
  }
  return RelayEnd::stopped;
}

RelayEnd relay_both(Flow& up, Flow& down, Duration pause) {
  if (!up.is_stopped()) up.step();
  down.step();
  while (!down.is_stopped() && !is_source_failure(up.state())) {
    std::array<pollfd, 2> entries{up.wants(), down.wants()};
    if (!wait_for_any(entries, pause) && !moves_after_all(up) && !moves_after_all(down)) return RelayEnd::timed_out;
    advance(entries[0].revents, up, down);
    advance(entries[1].revents, down, up);
  }
  return RelayEnd::stopped;
}

void relay_tunnel(Flow& up, Flow& down, Duration pause) {
  up.step();
  down.step();
  while (!(up.is_stopped() && down.is_stopped()) && !is_failure(up.state()) && !is_failure(down.state())) {
    std::array<pollfd, 2> entries{up.wants(), down.wants()};
    if (!wait_for_any(entries, Socket::patience)) {
      up.rest();
      down.rest();
      release_unused_stack();
      const bool is_due = down.is_stopped() || up.waits_to_write() || down.waits_to_write();
      const Duration rest = is_due ? pause - Socket::patience : forever;
      if (!wait_for_any(entries, rest) && !moves_after_all(up) && !moves_after_all(down)) return;
    }
    advance(entries[0].revents, up, down);
    advance(entries[1].revents, down, up);
  }
}

std::string forwardable_trailers(const Fields& trailers, const ConnectionOptions& options) {
  std::string out;
  for (const Field& field : trailers) {
    if (!may_be_trailer(field) || options.is_dropped(field)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  return out;
}

}  // namespace glassgate::http
