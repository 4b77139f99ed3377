// Both ends of one TCP connection in one process: `ours` as the program holds it, `theirs` as a test plays it.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "http/socket.h"
#include "support/net.h"

namespace glassgate::test {

struct SocketPair {
  http::Socket ours;
  Peer theirs;
};

// With a send buffer and a receive buffer that are as small as the kernel lets them be, when `small`.
inline SocketPair connected_pair(bool small = false) {
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int bytes = 4096;
  if (small) setsockopt(listening, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
  if (::bind(listening, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listening, 1) != 0 ||
      getsockname(listening, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot listen");
  }
  const int ours = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (small) setsockopt(ours, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  if (::connect(ours, reinterpret_cast<sockaddr*>(&address), size) != 0) throw std::runtime_error("cannot connect");
  const int theirs = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
  ::close(listening);
  return {http::Socket(ours), Peer(theirs)};
}

// Writes until nothing more goes in. Bytes written.
inline size_t stuff(http::Socket& socket) {
  const std::string block(65536, 'x');
  size_t total = 0;
  for (;;) {
    http::GatherList pieces;
    pieces.add(block);
    const http::IoResult result = socket.write_now(pieces);
    if (result.status != http::IoStatus::ok) return total;
    total += result.bytes;
  }
}

}  // namespace glassgate::test
