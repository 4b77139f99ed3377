// Sockets that listen and do nothing else, on either family's loopback address.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <list>
#include <string>

#include "http/connect.h"

namespace glassgate::test {

inline http::SocketAddress loopback(int family, uint16_t port) {
  http::SocketAddress address;
  if (family == AF_INET6) {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(address.storage);
    v6.sin6_family = AF_INET6;
    v6.sin6_addr = in6addr_loopback;
    v6.sin6_port = htons(port);
    address.size = sizeof v6;
  } else {
    auto& v4 = reinterpret_cast<sockaddr_in&>(address.storage);
    v4.sin_family = AF_INET;
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    v4.sin_port = htons(port);
    address.size = sizeof v4;
  }
  return address;
}

// Connections queue up until somebody accepts them.
class Listening {
 public:
  explicit Listening(int family, int backlog = 16) : family_(family) {
    http::SocketAddress address = loopback(family, 0);
    socket_ = http::Socket(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const bool bound = ::bind(socket_.fd(), address.get(), address.size) == 0;
    if (!bound || ::listen(socket_.fd(), backlog) != 0) return;
    getsockname(socket_.fd(), reinterpret_cast<sockaddr*>(&address.storage), &address.size);
    port_ = ntohs(reinterpret_cast<sockaddr_in&>(address.storage).sin_port);  // at the same place in both families
  }

  bool works() const { return port_ != 0; }  // false on a machine without that family
  uint16_t port() const { return port_; }
  http::SocketAddress address() const { return loopback(family_, port_); }
  std::string text() const { return (family_ == AF_INET6 ? "[::1]:" : "127.0.0.1:") + std::to_string(port_); }
  int accept() const { return ::accept4(socket_.fd(), nullptr, nullptr, SOCK_CLOEXEC); }

 private:
  int family_;
  http::Socket socket_;
  uint16_t port_ = 0;
};

// Its queue is full, so that whoever connects hears nothing.
class Silent {
 public:
  Silent() : listening_(AF_INET, 0) {
    const http::SocketAddress to = listening_.address();
    for (int i = 0; i < 4; ++i) {
      callers_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      ::connect(callers_.back().fd(), to.get(), to.size);
    }
  }
  http::SocketAddress address() const { return listening_.address(); }
  uint16_t port() const { return listening_.port(); }
  std::string text() const { return listening_.text(); }

 private:
  Listening listening_;
  std::list<http::Socket> callers_;
};

}  // namespace glassgate::test
