#include "bench/support/load.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>

#include "bench/support/figure.h"
#include "gateway/descriptors.h"

namespace glassgate::bench {
namespace {

constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
constexpr std::string_view head_end = "\r\n\r\n";
constexpr int patience_ms = 30'000;

sockaddr_in loopback(uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

void send_all(int fd, std::string_view bytes) {
  if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) fail("cannot send");
}

void send_at_once(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// All backends, on one thread.
class Backends {
 public:
  uint16_t listen() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* const plain = reinterpret_cast<sockaddr*>(&address);
    if (fd < 0 || ::bind(fd, plain, size) != 0 || ::listen(fd, SOMAXCONN) != 0) fail("a backend cannot listen");
    ::getsockname(fd, plain, &size);
    watch(fd, true);
    return ntohs(address.sin_port);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 64> events;
    for (;;) {
      const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      for (int i = 0; i < n; ++i) serve(events[static_cast<size_t>(i)].data.fd);
    }
  }

 private:
  struct Watched {
    bool is_listener;
    size_t matched;  // so much of the end of a head has come
  };

  void watch(int fd, bool is_listener) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = fd;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("cannot watch a socket");
    watched_[fd] = {is_listener, 0};
  }

  void serve(int fd) {
    Watched& one = watched_.at(fd);
    if (one.is_listener) {
      const int client = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
      if (client < 0) return;
      send_at_once(client);
      watch(client, false);
    } else if (!answer_what_came(fd, one)) {
      watched_.erase(fd);
      ::close(fd);
    }
  }

  bool answer_what_came(int fd, Watched& one) {
    std::array<char, 16 * 1024> buffer;
    const ssize_t n = ::recv(fd, buffer.data(), buffer.size(), 0);
    for (ssize_t i = 0; i < n; ++i) {
      const char byte = buffer[static_cast<size_t>(i)];
      one.matched = byte == head_end[one.matched] ? one.matched + 1 : (byte == '\r' ? 1 : 0);
      if (one.matched < head_end.size()) continue;
      one.matched = 0;
      ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL);
    }
    return n > 0;
  }

  const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  std::unordered_map<int, Watched> watched_;
};

std::string config_text(const std::string& yaml, size_t connections) {
  return "listen: 127.0.0.1:0\nlog: {file: /dev/null}\nreload_interval: 0s\nserver:\n  idle_timeout: 1h\n"
         "  max_connections: " +
         std::to_string(connections) + "\n" + yaml;
}

}  // namespace

std::vector<uint16_t> start_backends(size_t count) {
  raise_descriptor_limit();
  auto* const backends = new Backends;  // goes on to the end
  std::vector<uint16_t> ports;
  for (size_t i = 0; i < count; ++i) ports.push_back(backends->listen());
  std::thread(&Backends::run, backends).detach();
  return ports;
}

GatewayUnderLoad::GatewayUnderLoad(const std::string& yaml, size_t connections)
    : config_(config_text(yaml, connections)), process_({test::glassgate_program(), "--config", config_.path()}) {
  const std::string mark = "listens on 127.0.0.1:";
  const std::string said = process_.wait_for_err_line(mark);
  port_ = static_cast<uint16_t>(std::stoi(said.substr(said.find(mark) + mark.size())));
  if (said.find("using") != std::string::npos) fail("that many connections do not fit: " + said);
}

Duration GatewayUnderLoad::processor_time() const {
  clockid_t clock{};
  timespec time{};
  if (::clock_getcpuclockid(process_.pid(), &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
    fail("the gateway has ended: " + process_.err());
  }
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Client::Client(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const sockaddr_in address = loopback(port);
  if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    fail("a client cannot connect");
  }
  send_at_once(fd_);
}

Client::~Client() {
  if (fd_ >= 0) ::close(fd_);
}

Client::Client(Client&& other) noexcept : fd_(std::exchange(other.fd_, -1)), in_(std::move(other.in_)) {}

void Client::ask(const std::string& request) {
  in_ = std::string();  // an idle client holds no memory either
  send_all(fd_, request);
}

bool Client::take() {
  std::array<char, 4096> buffer;
  const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (n <= 0) fail("the gateway ended a connection after: " + in_);
  in_.append(buffer.data(), static_cast<size_t>(n));
  if (in_.find(head_end) == std::string::npos) return false;
  if (!in_.starts_with("HTTP/1.1 200 ")) fail("not the answer of a backend: " + in_);
  return in_.ends_with("\r\n\r\nhello");
}

std::string get(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n";
}

void ask_once(Client& client, const std::string& request) {
  client.ask(request);
  while (!client.take()) {
  }
}

BusyClients::BusyClients(const GatewayUnderLoad& gateway, std::vector<std::string> requests)
    : gateway_(gateway), requests_(std::move(requests)) {
  for (size_t i = 0; i < busy_clients; ++i) clients_.emplace_back(gateway.port());
}

double BusyClients::measure(Duration time) {
  run(time / 4);  // so that all is warm: threads, pooled connections, caches
  const Duration before = gateway_.processor_time();
  const size_t answers = run(time);
  const std::chrono::duration<double, std::micro> spent = gateway_.processor_time() - before;
  return spent.count() / static_cast<double>(answers);
}

size_t BusyClients::run(Duration time) {
  const TimePoint end = std::chrono::steady_clock::now() + time;
  std::array<pollfd, busy_clients> waiting{};
  for (size_t i = 0; i < busy_clients; ++i) {
    waiting[i] = {clients_[i].fd(), POLLIN, 0};
    clients_[i].ask(requests_[next_++ % requests_.size()]);
  }
  size_t answers = 0;
  for (size_t under_way = busy_clients; under_way > 0;) {
    if (::poll(waiting.data(), waiting.size(), patience_ms) <= 0) fail("no answer from the gateway");
    const bool go_on = std::chrono::steady_clock::now() < end;
    for (size_t i = 0; i < busy_clients; ++i) {
      if (waiting[i].revents == 0 || !clients_[i].take()) continue;
      ++answers;
      if (go_on) clients_[i].ask(requests_[next_++ % requests_.size()]);
      if (!go_on) --under_way;
    }
  }
  return answers;
}

}  // namespace glassgate::bench
