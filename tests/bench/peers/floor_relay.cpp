// The floor: what a blocking relay costs that understands nothing.
//
// Problem: a proxy's processor time is mostly the kernel's. What part of it is ours can only be seen beside a program
// that moves the same bytes with the same calls on the same threads and does nothing else.
// Algorithm: a thread a client, and a connection to the backend for each. How long a request and an answer are is told,
// head included, so that nothing has to be parsed.
// Guarantee: recv, sendmsg, recv, sendmsg for a small exchange; larger ones move in pieces of Buffer::block_bytes.
// Left out: the gateway's look at the backend's pooled connection before it is used again (a recv with MSG_PEEK), and
// its yields before the two waits. So the gateway makes seven calls where this makes four; but the yields save more
// than they cost where many wait, and long answers are copied here and not there, so the gateway may be below this
// floor.
//
//   floor_relay PORT BACKEND-PORT REQUEST-BYTES ANSWER-BYTES
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <thread>

#include "http/buffer.h"

namespace {

struct Sizes {
  size_t request;
  size_t answer;
};

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void send_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

bool send_all(int fd, const char* data, size_t n) {
  while (n > 0) {
    iovec piece{const_cast<char*>(data), n};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    n -= static_cast<size_t>(sent);
  }
  return true;
}

// `bytes` from one to the other, in pieces as they come.
bool relay(int from, int to, size_t bytes, char* buffer) {
  while (bytes > 0) {
    const ssize_t n = ::recv(from, buffer, glassgate::http::Buffer::block_bytes, 0);
    if (n <= 0 || static_cast<size_t>(n) > bytes || !send_all(to, buffer, static_cast<size_t>(n))) return false;
    bytes -= static_cast<size_t>(n);
  }
  return true;
}

void serve(int client, uint16_t backend_port, Sizes sizes) {
  const int backend = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(backend_port);
  if (::connect(backend, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    send_at_once(client);
    send_at_once(backend);
    const auto buffer = std::make_unique<char[]>(glassgate::http::Buffer::block_bytes);
    while (relay(client, backend, sizes.request, buffer.get()) && relay(backend, client, sizes.answer, buffer.get())) {
    }
  }
  ::close(backend);
  ::close(client);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: floor_relay PORT BACKEND-PORT REQUEST-BYTES ANSWER-BYTES\n");
    return 2;
  }
  const auto backend_port = static_cast<uint16_t>(std::atoi(argv[2]));
  const Sizes sizes{static_cast<size_t>(std::atoll(argv[3])), static_cast<size_t>(std::atoll(argv[4]))};
  const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(static_cast<uint16_t>(std::atoi(argv[1])));
  if (::bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listening, SOMAXCONN) != 0) {
    std::perror("floor_relay");
    return 1;
  }
  for (;;) {
    const int client = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    if (client >= 0) std::thread(serve, client, backend_port, sizes).detach();
  }
}
