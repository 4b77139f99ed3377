#include "support/scripted_upstream.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <system_error>
#include <utility>

namespace glassgate::test {
namespace {

struct Bound {
  int fd;
  uint16_t port;
};

Bound bind_to_any_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("cannot bind to a port");
  }
  return {fd, ntohs(address.sin_port)};
}

}  // namespace

ScriptedUpstream::ScriptedUpstream(Script script) : script_(std::move(script)) {
  const Bound bound = bind_to_any_port();
  listening_fd_ = bound.fd;
  port_ = bound.port;
  ::listen(listening_fd_, 1024);
  thread_ = std::thread(&ScriptedUpstream::accept_loop, this);
}

ScriptedUpstream::Script ScriptedUpstream::always(std::string answer) {
  return [answer = std::move(answer)](Peer& peer, int) {
    while (!peer.read_request().empty() && peer.send(answer)) {
    }
  };
}

void ScriptedUpstream::accept_loop() {
  for (;;) {
    const int fd = ::accept4(listening_fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0) return keep_error(std::string("nobody is accepted any more: ") + std::strerror(errno));
    join_ended();
    start_script(fd);
  }
}

// Each that has ended keeps its stack until it is joined, and an upstream may see connections by the ten thousand.
void ScriptedUpstream::join_ended() {
  std::list<std::thread> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
  }
  for (std::thread& script : ended) script.join();
}

void ScriptedUpstream::start_script(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const std::lock_guard lock(mutex_);  // so that a script that ends at once finds itself in the list
  const auto self = scripts_.emplace(scripts_.end());
  try {
    *self = std::thread(&ScriptedUpstream::run, this, fd, accepted_++, self);
    open_.push_back(fd);
  } catch (const std::system_error& problem) {
    scripts_.erase(self);
    ::close(fd);
    if (error_.empty()) error_ = std::string("no thread for a script: ") + problem.what();
  }
}

void ScriptedUpstream::run(int fd, int number, std::list<std::thread>::iterator self) {
  Peer peer(fd);
  try {
    script_(peer, number);
  } catch (const std::exception& problem) {
    keep_error(problem.what());
  }
  const std::lock_guard lock(mutex_);
  open_.remove(fd);  // under the lock and before closing, so that stop() never shuts down somebody else's descriptor
  peer.close();
  ended_.splice(ended_.end(), scripts_, self);
  one_ended_.notify_all();
}

void ScriptedUpstream::keep_error(const std::string& error) {
  const std::lock_guard lock(mutex_);
  if (!stopping_ && error_.empty()) error_ = error;
}

void ScriptedUpstream::stop() {
  if (stopping_.exchange(true)) return;
  ::shutdown(listening_fd_, SHUT_RDWR);
  if (thread_.joinable()) thread_.join();
  ::close(listening_fd_);
  {
    std::unique_lock lock(mutex_);
    for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    one_ended_.wait(lock, [this] { return scripts_.empty(); });
  }
  join_ended();
}

std::string ScriptedUpstream::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

void ScriptedUpstream::note(std::string text) {
  const std::lock_guard lock(mutex_);
  notes_.push_back(std::move(text));
}

std::vector<std::string> ScriptedUpstream::notes() const {
  const std::lock_guard lock(mutex_);
  return notes_;
}

std::vector<std::string> ScriptedUpstream::wait_for_notes(size_t n) const {
  if (!eventually([&] { return notes().size() >= n; })) {
    throw TestTimeout("the upstream noted " + std::to_string(notes().size()) + " things, not " + std::to_string(n));
  }
  return notes();
}

std::string ok(std::string_view body, std::string_view extra_fields) {
  std::string out = "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return out.append(extra_fields).append("\r\n").append(body);
}

uint16_t unused_port() {
  const Bound bound = bind_to_any_port();
  ::close(bound.fd);
  return bound.port;
}

}  // namespace glassgate::test
