// A TCP socket that one thread blocks on, never for longer than it was told.
//
// Problem: blocking calls are the plain way to write a proxy, but a peer that says nothing must not keep a thread for
// ever; and asking poll() before every read would double the system calls of a request.
// Algorithm: every socket gets SO_RCVTIMEO and SO_SNDTIMEO of one second, once (`patience`). A call first simply blocks
// in recv() or sendmsg(), which is all that happens on a connection that moves; only when that second passed in silence
// does it go on with poll() for the rest of its time.
// Guarantee: no call waits longer than its `timeout` for a byte to move; a time-out longer than `patience` costs no
// system call more.
// Invariants:
//   I1 a descriptor is closed exactly once, by the Socket that owns it
//   I2 a write never raises SIGPIPE; a peer's disappearance is a value, not a signal and not an exception
//   I3 write_all()'s timeout is a pause without any progress, not a total: a slow reader is served to the end, as long
//      as its system takes some of it within each
//   I4 a reset is no end in good order, also when a write is what was told of it
//   I5 read_into() takes no byte more than it was told to, so what is behind a body stays in the socket
// Thread rule: one thread reads and writes. shutdown_read(), shutdown_both() and abort() may be called from another
// thread while the owner is known to be alive (gateway/client_connection.h); they wake the owner.
// Units: timeouts are durations from now; what is left of one is measured on the steady clock.
#pragma once

#include <sys/uio.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "base/clock.h"
#include "http/pipe.h"

namespace glassgate::http {

enum class IoStatus {
  ok,
  closed,       // the peer ended its side in good order (reads only)
  timed_out,    // the time passed without a byte
  failed,       // reset, broken pipe, or any other error of the connection
  would_block,  // the _now calls and read_into(): nothing to be done at the moment
};

struct IoResult {
  IoStatus status = IoStatus::ok;
  size_t bytes = 0;
};

// A few pieces of memory that go out in one system call, so that a head and its body need no copy to share a packet.
class GatherList {
 public:
  // Eight at the most, before they are gone. (A head, and a chunk and the end of a body with its framing, are seven.)
  void add(std::string_view piece) {
    if (!piece.empty()) pieces_[count_++] = {const_cast<char*>(piece.data()), piece.size()};
  }
  bool empty() const { return first_ == count_; }
  size_t left_of(std::string_view piece) const;  // of one that was added: the bytes that are still here
  void consume(size_t n);                        // the first n bytes are gone out
  void clear() { first_ = count_ = 0; }
  iovec* pieces() { return &pieces_[first_]; }
  size_t count() const { return count_ - first_; }

 private:
  iovec pieces_[8]{};
  size_t first_ = 0;
  size_t count_ = 0;
};

class Socket {
 public:
  static constexpr Duration patience = std::chrono::seconds(1);

  Socket() = default;
  explicit Socket(int fd);  // takes the descriptor over and sets its options
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), failed_(other.failed_), received_(other.bytes_received()) {}
  Socket& operator=(Socket&& other) noexcept;

  bool is_open() const { return fd_ >= 0; }
  int fd() const { return fd_; }

  // At least one byte, or why there is none.
  IoResult read_some(std::span<char> into, Duration timeout);
  // All of it, or why not; `bytes` says how much went out either way. `pieces` is consumed as it goes.
  IoResult write_all(GatherList& pieces, Duration timeout);
  IoResult write_all(std::string_view text, Duration timeout);

  // Past the program, by splice(2), which knows neither MSG_DONTWAIT nor MSG_NOSIGNAL. So these block in steps of
  // `patience`, and rely on the process to ignore SIGPIPE (see PipePool).
  // What one read brings, `most` bytes at the most, into a pipe that is not full. `would_block`: nothing came within
  // `patience`. Whatever is not `ok` has moved nothing, and read_some() can say more of it.
  IoResult read_into(Pipe& pipe, size_t most);
  // All that is in the pipe; as write_all(), but a pause may be noticed three `patience` late.
  IoResult write_from(Pipe& pipe, Duration timeout);

  // The same without waiting at all.
  IoResult read_now(std::span<char> into);
  IoResult write_now(GatherList& pieces);

  // Until one of the events (POLLIN, POLLOUT) or an error can be seen, which the next call will report. False when the
  // time passed first.
  bool wait(short events, Duration timeout) const;

  // True while an idle connection is as it should be: open, with nothing waiting to be read.
  bool is_quiet() const;
  // The peer has ended its direction in good order, and all that it sent before has been read.
  bool has_ended();

  // Bytes that have been read from this socket. Any thread may ask.
  uint64_t bytes_received() const { return received_.load(std::memory_order_relaxed); }
  // Bytes that have reached this system, read or not, as the kernel counts them. Any thread may ask.
  uint64_t bytes_arrived() const;

  // True when the connection has failed, and nobody was told yet: the asking takes the error away.
  bool has_error() const;

  // Has the kernel ask now and then whether the peer is still there: for connections that may be silent for long.
  void enable_keepalive() const;

  void shutdown_read() const;
  void shutdown_write() const;
  void shutdown_both() const;
  // Ends it at once, with a reset where the kernel can do that: what was not delivered is lost.
  void abort() const;
  // Whether the peer's system has all that was written.
  bool is_delivered() const;
  // Waits until it has, for as long as it takes some of it within each `pause`.
  void wait_until_delivered(Duration pause) const;
  // Has close() end the connection with a reset, so that the peer sees that this was no clean end. What is not
  // delivered by then is lost.
  void reset_at_close() const;
  void close();

 private:
  IoResult receive(std::span<char> into, int flags);
  IoResult send(GatherList& pieces, int flags);
  IoResult note_received(ssize_t n);
  IoResult note_sent(ssize_t n);

  int fd_ = -1;
  bool failed_ = false;  // a write has failed: see I4
  std::atomic<uint64_t> received_{0};
};

}  // namespace glassgate::http
