// One request through the whole gateway, with a backend and a client in the same process. Made to be stepped through.
//
// Nobody here gives up on somebody who stands at a breakpoint: every time-out is an hour.
#include "gateway/gateway.h"

#include <arpa/inet.h>
#include <iostream>

#include "http/connect.h"

using namespace glassgate;

namespace {

constexpr Duration patience = std::chrono::hours(1);

int listen_on(sockaddr_in& address) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const bool listens = ::bind(fd, any, size) == 0 && ::listen(fd, 1) == 0 && ::getsockname(fd, any, &size) == 0;
  return listens ? fd : -1;
}

void answer_once(int listening) {
  pthread_setname_np(pthread_self(), "backend");
  http::Connection gateway(http::Socket(::accept(listening, nullptr, nullptr)));
  std::pmr::string head;
  gateway.fill(patience);
  http::read_head(gateway, {}, http::EmptyLines::skip, patience, head);
  gateway.socket.write_all("HTTP/1.1 200 OK\r\nContent-Length: 6\r\nDate: today\r\n\r\nhello\n", patience);
}

}  // namespace

int main() {
  sockaddr_in address{};
  const int listening = listen_on(address);
  std::thread backend(answer_once, listening);
  const std::string upstream = "{backends: [127.0.0.1:" + std::to_string(ntohs(address.sin_port)) +
                               "], response_timeout: 1h}";
  const SystemClock clock;
  Gateway gateway(
      clock, parse_config("{listen: 127.0.0.1:0, log: {level: error, file: stderr}, upstreams: {greeters: " + upstream +
                          "}, routes: [{path: /hello, upstream: greeters}]}")
                 .config);
  if (const std::string error = gateway.start(); !error.empty()) return std::cerr << error << "\n", 1;

  http::Connection client(http::connect_to("127.0.0.1", gateway.port(), patience).socket);
  client.socket.write_all(
      "GET /hello/world HTTP/1.1\r\nHost: example\r\nX-Request-ID: ada\r\nConnection: close\r\n\r\n", patience);
  while (client.fill(patience) == http::IoStatus::ok) {
  }
  std::cout << client.in.view() << std::flush;
  gateway.drain([] { return false; });
  backend.join();
}
