// Two ends of one connection inside one program, for examples that need no network.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdlib>

#include "http/socket.h"

namespace glassgate::examples {

inline std::array<http::Socket, 2> socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) std::abort();
  return {http::Socket(fds[0]), http::Socket(fds[1])};
}

}  // namespace glassgate::examples
