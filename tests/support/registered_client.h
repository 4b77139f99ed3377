// Clients for a ConnectionRegistry: a ClientConnection each, and the other end of its socket, without any thread.
#pragma once

#include <sys/socket.h>

#include <array>
#include <stdexcept>

#include "gateway/client_connection.h"
#include "support/net.h"

namespace glassgate::test {

inline TimePoint at(int seconds) {
  return TimePoint(std::chrono::seconds(seconds));
}

struct Pair {
  int ours = -1;
  int theirs = -1;
};

inline Pair socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) throw std::runtime_error("no socket pair");
  return {fds[0], fds[1]};
}

// A client that is connected, and the connection that serves it.
struct Client {
  explicit Client(Pair pair = socket_pair()) : connection(http::Socket(pair.ours), {}), peer(pair.theirs) {}
  ClientConnection connection;
  Peer peer;
};

// What the connection's thread would see of its client without waiting.
inline http::IoStatus seen_by(ClientConnection& connection) {
  return connection.wire.fill(Duration::zero());
}

inline bool is_open(ClientConnection& connection) {
  return seen_by(connection) == http::IoStatus::timed_out;
}

}  // namespace glassgate::test
