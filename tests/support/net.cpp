#include "support/net.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <thread>
#include <utility>

namespace glassgate::test {
namespace {

constexpr std::chrono::milliseconds poll_step{2};

// Waits for `events` on `fd`, for one deadline and not beyond `give_up`. False when the time is over, even where more
// is there: what comes without an end must not be read without an end.
bool becomes_ready(int fd, short events, std::chrono::steady_clock::time_point give_up) {
  const auto now = std::chrono::steady_clock::now();
  if (now >= give_up) return false;
  const auto end = std::min(now + deadline, give_up);
  pollfd entry{fd, events, 0};
  int n = 0;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    n = ::poll(&entry, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
  } while (n < 0 && errno == EINTR);
  return n != 0;
}

}  // namespace

bool eventually(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(poll_step);
  }
  return condition();
}

Peer Peer::connect_to(uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    if (fd >= 0) ::close(fd);
    throw std::runtime_error("cannot connect to port " + std::to_string(port));
  }
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return Peer(fd);
}

Peer::Peer(Peer&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      in_(std::move(other.in_)),
      reset_(other.reset_),
      has_asked_(other.has_asked_) {}

Peer& Peer::operator=(Peer&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(in_, other.in_);
  std::swap(reset_, other.reset_);
  std::swap(has_asked_, other.has_asked_);
  return *this;
}

// Another thread may read at the same time, so this call's end is nobody else's.
bool Peer::send(std::string_view bytes) {
  const auto give_up = std::chrono::steady_clock::now() + longest_call;
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n > 0) {
      bytes.remove_prefix(static_cast<size_t>(n));
    } else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (!becomes_ready(fd_, POLLOUT, give_up)) {
        throw TestTimeout("nobody took the last " + std::to_string(bytes.size()) + " bytes in time");
      }
    } else if (n == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

bool Peer::send_byte_by_byte(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [this](const char& byte) { return send({&byte, 1}); });
}

bool Peer::becomes_readable() {
  return becomes_ready(fd_, POLLIN, give_up_.value_or(std::chrono::steady_clock::time_point::max()));
}

bool Peer::fill() {
  std::array<char, 64 * 1024> buffer;
  if (!becomes_readable()) throw TestTimeout("not all came in time; so far: \"" + in_.substr(0, 200) + "\"");
  const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (n < 0 && errno == ECONNRESET) reset_ = true;
  if (n <= 0) return false;
  in_.append(buffer.data(), static_cast<size_t>(n));
  return true;
}

std::string Peer::read_until(std::string_view mark) {
  const Call call(*this);
  size_t searched = 0;
  for (;;) {
    const size_t at = in_.find(mark, searched);
    if (at != std::string::npos) {
      std::string out = in_.substr(0, at + mark.size());
      in_.erase(0, at + mark.size());
      return out;
    }
    searched = in_.size() < mark.size() ? 0 : in_.size() - mark.size() + 1;
    if (!fill()) return std::exchange(in_, "");
  }
}

std::string Peer::read_head() {
  return read_until("\r\n\r\n");
}

std::string Peer::read_exactly(size_t n) {
  const Call call(*this);
  while (in_.size() < n && fill()) {
  }
  std::string out = in_.substr(0, n);
  in_.erase(0, out.size());
  return out;
}

std::string Peer::read_to_end() {
  const Call call(*this);
  while (fill()) {
  }
  return std::exchange(in_, "");
}

std::string Peer::read_available() {
  std::array<char, 64 * 1024> buffer;
  const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (n > 0) in_.append(buffer.data(), static_cast<size_t>(n));
  return std::exchange(in_, "");
}

bool Peer::ends() {
  const Call call(*this);
  while (fill()) {
  }
  return true;
}

void Peer::shutdown_write() {
  ::shutdown(fd_, SHUT_WR);
}

void Peer::reset() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Peer::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

// What the kernel's table has behind both ends: "01 00000000:00000000 02:...", the state, the bytes that wait, a timer.
// A port alone may stand there several times: it may have connections to several others.
std::string Peer::row_of_other_side() const {
  sockaddr_in other{};
  socklen_t size = sizeof other;
  getpeername(fd_, reinterpret_cast<sockaddr*>(&other), &size);
  char row[64];
  std::snprintf(row, sizeof row, "0100007F:%04X 0100007F:%04X ", ntohs(other.sin_port), local_port());
  std::ifstream table("/proc/self/net/tcp");
  for (std::string line; std::getline(table, line);) {
    if (const size_t at = line.find(row); at != std::string::npos) return line.substr(at + std::strlen(row));
  }
  return "";
}

bool Peer::has_other_side_ended() const {
  const std::string row = row_of_other_side();
  return row.starts_with("04") || row.starts_with("05");  // FIN_WAIT1, while bytes wait before the end, and FIN_WAIT2
}

bool Peer::is_kept_alive_by_other_side() const {
  constexpr size_t timer = 21;
  const std::string row = row_of_other_side();
  return row.size() > timer && row.compare(timer, 3, "02:") == 0;
}

uint16_t Peer::local_port() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void Peer::shrink_receive_buffer() {
  const int bytes = 4096;
  setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

}  // namespace glassgate::test
