// Plain sockets for tests: both ends of a conversation, byte by byte, with nothing in between that could tidy it up.
//
// Every wait has a deadline that is generous (a loaded machine must not fail a test) and ends the test with a message:
// one for the next bytes, or for room for more, and one for a call in all, so that what drips for ever ends, too.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace glassgate::test {

inline constexpr std::chrono::seconds deadline{20};
inline constexpr std::chrono::seconds longest_call{60};

// Thrown when a peer did not do in time what a test waits for.
struct TestTimeout : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Waits until `condition` holds; false when the deadline passed first.
bool eventually(const std::function<bool()>& condition);

struct Response {
  std::string head;  // with its empty line
  std::string body;  // unframed
  std::string trailers;
  bool complete = false;  // false: the connection ended inside the message
  int status() const;
  // The value of the first field of that name, or "" (any case).
  std::string field(std::string_view name) const;
  size_t count(std::string_view name) const;
};

// One end of a TCP connection.
class Peer {
 public:
  Peer() = default;
  explicit Peer(int fd) : fd_(fd) {}
  static Peer connect_to(uint16_t port);
  ~Peer() { close(); }
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&& other) noexcept;

  // All of it; false when the other side is gone. Throws TestTimeout, as all that reads does, when it takes too long.
  bool send(std::string_view bytes);
  // One byte a packet, as far as the kernel lets itself be asked.
  bool send_byte_by_byte(std::string_view bytes);

  // Waits for what it names, and takes no byte more.
  std::string read_head();             // up to and with the empty line; what came so far when the connection ends
  std::string read_exactly(size_t n);  // shorter when the connection ends
  std::string read_to_end();           // until the other side ends
  std::string read_available();        // what is there right now, without waiting
  std::string read_until(std::string_view mark);

  // A whole message. `to_head`: the answer to HEAD, which has no body.
  Response read_response(bool to_head = false);
  // A whole request: head and body as they came on the wire, framing included. Empty at the end of the connection, and
  // when nothing follows an earlier request for a deadline: whoever keeps connections in a pool need not use them.
  std::string read_request();

  // The other side has ended its half (a clean end or a reset); waits for it. Bytes that come before that are dropped.
  bool ends();
  // It has sent its last byte, though that end may not have come here, behind bytes that nobody reads. Does not wait.
  bool has_other_side_ended() const;
  // The kernel asks this side whether it is still there, now and then, when nothing else is on the way.
  bool is_kept_alive_by_other_side() const;
  bool is_reset() const { return reset_; }  // after a read: it ended with a reset

  void shutdown_write();
  void reset();
  void close();
  int fd() const { return fd_; }
  uint16_t local_port() const;
  // Makes the kernel take little ahead of read(), so that a slow reader is felt at once.
  void shrink_receive_buffer();

 private:
  class Call;

  std::string row_of_other_side() const;
  bool fill();  // one read; false at the end of the connection
  bool becomes_readable();

  int fd_ = -1;
  std::string in_;
  bool reset_ = false;
  bool has_asked_ = false;  // read_request() has read one
  std::optional<std::chrono::steady_clock::time_point> give_up_;
};

// The outermost call sets the time at which all waiting in it is over.
class Peer::Call {
 public:
  explicit Call(Peer& peer) : peer_(peer), outer_(peer.give_up_) {
    if (!outer_) peer_.give_up_ = std::chrono::steady_clock::now() + longest_call;
  }
  ~Call() { peer_.give_up_ = outer_; }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

 private:
  Peer& peer_;
  const std::optional<std::chrono::steady_clock::time_point> outer_;
};

std::string chunk(std::string_view data);  // "5\r\nhello\r\n"
inline constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace glassgate::test
