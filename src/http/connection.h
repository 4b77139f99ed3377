// One end of an HTTP connection: a socket and the bytes that were read ahead of their use.
//
// Problem: a read may bring the end of one message and the beginning of the next; none of it may get lost, and none
// may be taken for something else.
// Guarantee: bytes are taken from the buffer in the order in which they came, each exactly once. While nothing is
// buffered and nothing due, waiting for the peer holds no buffer, or not for long.
// Invariants:
//   I1 read_head() takes exactly one head off the buffer; what follows it stays
//   I2 a head that is not complete by its deadline, counted from its first byte, is `timed_out`, however it drips
// Thread rule: one thread. Units: durations from now.
#pragma once

#include <functional>
#include <memory_resource>
#include <string>

#include "http/buffer.h"
#include "http/head_parser.h"
#include "http/socket.h"

namespace glassgate::http {

struct Connection {
  Connection() = default;
  explicit Connection(Socket s) : socket(std::move(s)) {}

  Socket socket;
  Buffer in;

  // One read, added to the buffer: of `most` bytes at the most, where the buffer holds memory. (Where it does not, a
  // second one takes what did not fit.)
  IoStatus fill(Duration timeout, size_t most = Buffer::block_bytes);
  IoStatus fill_now();
  // The same while nothing is buffered and nothing due: when `keep_memory_for` has passed without a byte, a buffer that
  // holds memory gives it back, and the thread what it does not use of its stack.
  IoStatus fill_when_idle(Duration timeout, Duration keep_memory_for);
};

enum class HeadRead {
  complete,
  cut,            // the connection ended inside the head
  timed_out,      // the head was not complete in time
  malformed,      // a line did not end in CR LF
  no_start_line,  // its first byte begins none: it is another protocol's
  start_line_large,
  too_large,
};

// A first byte that begins neither a start line nor an empty one is another protocol's, TLS for one. The rest need not
// be waited for: it may never bring a line's end.
bool begins_like_a_head(std::string_view bytes);

// Empty lines in front of a head: RFC 9112 section 2.2 has a server skip them; in front of an answer they are garbage.
enum class EmptyLines { skip, refuse };

// Drops CR LF pairs at the buffer's front and adds their bytes to `skipped`, up to `most`. False when there is a CR
// with anything but LF behind it, or a bare LF.
bool skip_empty_lines(Buffer& in, size_t most, size_t& skipped);

// Reads until one whole head is buffered, and moves it to `bytes`. Called when its first byte is there; `timeout` is
// for all of the rest.
HeadRead read_head(Connection& from, const HeadLimits& limits, EmptyLines empty_lines, Duration timeout,
                   std::pmr::string& bytes);

// Reads and drops what the peer still sends, until it ends, is silent for `pause`, or `is_enough`, which is asked
// between reads and told the time so far. A connection that is closed with unread bytes is reset by the kernel, and the
// reset may overtake the answer, or meet a peer that writes all of its request before it reads: so first shut down for
// writing, then linger.
void linger(Connection& connection, Duration pause, const std::function<bool(Duration)>& is_enough);

}  // namespace glassgate::http
