#include "support/net.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <thread>
#include <utility>

#include "base/strings.h"

namespace glassgate::test {
namespace {

constexpr std::chrono::milliseconds poll_step{2};

int deadline_ms() {
  return static_cast<int>(std::chrono::milliseconds(deadline).count());
}

std::string field_in(std::string_view head, std::string_view name, size_t* count) {
  std::string found;
  std::string_view rest = head;
  take_until(rest, '\n');  // the start line
  while (!rest.empty()) {
    const std::string_view line = take_until(rest, '\n');
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos || !iequals(line.substr(0, colon), name)) continue;
    if ((*count)++ > 0) continue;
    std::string_view value = line.substr(colon + 1);
    while (!value.empty() && (value.back() == '\r' || value.back() == ' ')) value.remove_suffix(1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    found = value;
  }
  return found;
}

std::string field_of(std::string_view head, std::string_view name) {
  size_t count = 0;
  return field_in(head, name, &count);
}

// One chunk off the wire; false at the last one or at the end of the connection. `raw` gets the bytes as they came.
struct ChunkRead {
  bool more = false;
  bool ended_early = false;
};
ChunkRead read_chunk(Peer& peer, std::string& data, std::string& raw) {
  const std::string line = peer.read_until("\r\n");
  raw += line;
  if (!line.ends_with("\r\n")) return {false, true};
  const size_t size = std::strtoull(line.c_str(), nullptr, 16);
  if (size == 0) return {false, false};
  const std::string bytes = peer.read_exactly(size + 2);
  raw += bytes;
  if (bytes.size() != size + 2) {
    data += bytes;
    return {false, true};
  }
  data += bytes.substr(0, size);
  return {true, false};
}

// The trailer section, with its empty line.
std::string read_trailers(Peer& peer) {
  std::string section;
  for (;;) {
    const std::string line = peer.read_until("\r\n");
    section += line;
    if (line == "\r\n" || !line.ends_with("\r\n")) return section;
  }
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

int Response::status() const {
  return head.size() > 12 ? std::atoi(head.c_str() + 9) : 0;
}

std::string Response::field(std::string_view name) const {
  return field_of(head, name);
}

size_t Response::count(std::string_view name) const {
  size_t n = 0;
  field_in(head, name, &n);
  return n;
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
    : fd_(std::exchange(other.fd_, -1)), in_(std::move(other.in_)), reset_(other.reset_) {}

Peer& Peer::operator=(Peer&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(in_, other.in_);
  std::swap(reset_, other.reset_);
  return *this;
}

bool Peer::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

bool Peer::send_byte_by_byte(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [this](const char& byte) { return send({&byte, 1}); });
}

bool Peer::wait_readable() {
  pollfd entry{fd_, POLLIN, 0};
  int n = 0;
  do n = ::poll(&entry, 1, deadline_ms());
  while (n < 0 && errno == EINTR);
  if (n == 0) throw TestTimeout("nothing came in time; so far: \"" + in_.substr(0, 200) + "\"");
  return n > 0;
}

bool Peer::fill() {
  std::array<char, 64 * 1024> buffer;
  if (!wait_readable()) return false;
  const ssize_t n = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (n < 0 && errno == ECONNRESET) reset_ = true;
  if (n <= 0) return false;
  in_.append(buffer.data(), static_cast<size_t>(n));
  return true;
}

std::string Peer::read_until(std::string_view mark) {
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
  while (in_.size() < n && fill()) {
  }
  std::string out = in_.substr(0, n);
  in_.erase(0, out.size());
  return out;
}

std::string Peer::read_to_end() {
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

Response Peer::read_response(bool to_head) {
  Response out;
  out.head = read_head();
  if (!out.head.ends_with("\r\n\r\n")) return out;
  const int status = out.status();
  const std::string length = out.field("Content-Length");
  out.complete = true;
  if (to_head || status < 200 || status == 204 || status == 304) return out;
  if (iequals(out.field("Transfer-Encoding"), "chunked")) {
    std::string raw;
    ChunkRead step{true, false};
    while (step.more) step = read_chunk(*this, out.body, raw);
    out.trailers = step.ended_early ? "" : read_trailers(*this);
    out.complete = !step.ended_early && out.trailers.ends_with("\r\n");
  } else if (!length.empty()) {
    const size_t size = std::strtoull(length.c_str(), nullptr, 10);
    out.body = read_exactly(size);
    out.complete = out.body.size() == size;
  } else {
    out.body = read_to_end();
    out.complete = !reset_;
  }
  return out;
}

std::string Peer::read_request() {
  std::string out = read_head();
  const std::string length = field_of(out, "Content-Length");
  if (iequals(field_of(out, "Transfer-Encoding"), "chunked")) {
    std::string data;
    ChunkRead step{true, false};
    while (step.more) step = read_chunk(*this, data, out);
    if (!step.ended_early) out += read_trailers(*this);
  } else if (!length.empty()) {
    out += read_exactly(std::strtoull(length.c_str(), nullptr, 10));
  }
  return out;
}

bool Peer::ends() {
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

std::string chunk(std::string_view data) {
  std::array<char, 24> size{};
  const int n = std::snprintf(size.data(), size.size(), "%zx\r\n", data.size());
  return std::string(size.data(), static_cast<size_t>(n)).append(data).append("\r\n");
}

}  // namespace glassgate::test
