#include "http/socket.h"

#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace glassgate::http {
namespace {

constexpr int tcp_close_wait = 8;  // TCP_CLOSE_WAIT of <netinet/tcp.h>, which does not go with <linux/tcp.h>
constexpr Duration first_delivery_step = std::chrono::milliseconds(5);
constexpr Duration longest_delivery_step = std::chrono::milliseconds(200);

void set_timeout(int fd, int option, Duration timeout) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(timeout).count();
  const timeval value{micros / 1'000'000, micros % 1'000'000};
  setsockopt(fd, SOL_SOCKET, option, &value, sizeof value);
}

timespec to_timespec(Duration d) {
  const auto nanos = std::max<Duration::rep>(d.count(), 0);
  return {nanos / 1'000'000'000, nanos % 1'000'000'000};
}

bool is_would_block(int error) {
  return error == EAGAIN || error == EWOULDBLOCK;
}

// A signal is no answer.
template <typename Call>
ssize_t repeat_when_interrupted(Call call) {
  for (;;) {
    const ssize_t n = call();
    if (n >= 0 || errno != EINTR) return n;
  }
}

// What was written and not yet acknowledged.
size_t undelivered(int fd) {
  int bytes = 0;
  return ::ioctl(fd, SIOCOUTQ, &bytes) == 0 ? static_cast<size_t>(bytes) : 0;
}

}  // namespace

size_t GatherList::left_of(std::string_view piece) const {
  for (size_t i = first_; i < count_; ++i) {
    const auto* begin = static_cast<const char*>(pieces_[i].iov_base);
    if (begin >= piece.data() && begin + pieces_[i].iov_len == piece.data() + piece.size()) return pieces_[i].iov_len;
  }
  return 0;
}

void GatherList::consume(size_t n) {
  while (n > 0 && first_ < count_) {
    iovec& piece = pieces_[first_];
    const size_t taken = std::min(n, piece.iov_len);
    piece.iov_base = static_cast<char*>(piece.iov_base) + taken;
    piece.iov_len -= taken;
    n -= taken;
    if (piece.iov_len == 0) ++first_;
  }
  if (first_ == count_) clear();
}

Socket::Socket(int fd) : fd_(fd) {
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // An urgent byte would be counted as arrived and never be read (RFC 6093 section 6): so it is one like the others.
  setsockopt(fd_, SOL_SOCKET, SO_OOBINLINE, &on, sizeof on);
  set_timeout(fd_, SO_RCVTIMEO, patience);
  set_timeout(fd_, SO_SNDTIMEO, patience);
}

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
    failed_ = other.failed_;
    received_ = other.bytes_received();
  }
  return *this;
}

// One recv().
IoResult Socket::receive(std::span<char> into, int flags) {
  return note_received(repeat_when_interrupted([&] { return ::recv(fd_, into.data(), into.size(), flags); }));
}

// I4. The kernel tells of a reset once. When somebody was told, a read finds what looks like an end in good order.
IoResult Socket::note_received(ssize_t n) {
  if (n == 0) return {failed_ ? IoStatus::failed : IoStatus::closed, 0};
  if (n < 0) {
    if (is_would_block(errno)) return {IoStatus::would_block, 0};
    failed_ = true;
    return {IoStatus::failed, 0};
  }
  received_.store(bytes_received() + static_cast<size_t>(n), std::memory_order_relaxed);
  return {IoStatus::ok, static_cast<size_t>(n)};
}

// One sendmsg(). `pieces` loses what went out.
IoResult Socket::send(GatherList& pieces, int flags) {
  msghdr message{};
  message.msg_iov = pieces.pieces();
  message.msg_iovlen = pieces.count();
  const IoResult result = note_sent(
      repeat_when_interrupted([&] { return ::sendmsg(fd_, &message, flags | MSG_NOSIGNAL); }));
  pieces.consume(result.bytes);
  return result;
}

// A broken pipe is no failure of the reading side: behind an end in good order, the kernel says that even of a reset.
IoResult Socket::note_sent(ssize_t n) {
  if (n >= 0) return {IoStatus::ok, static_cast<size_t>(n)};
  if (is_would_block(errno)) return {IoStatus::would_block, 0};
  failed_ = failed_ || errno != EPIPE;
  return {IoStatus::failed, 0};
}

IoResult Socket::read_some(std::span<char> into, Duration timeout) {
  if (timeout >= patience) {
    const IoResult result = receive(into, 0);
    if (result.status != IoStatus::would_block) return result;
    timeout -= patience;
  }
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const IoResult result = receive(into, MSG_DONTWAIT);
    if (result.status != IoStatus::would_block) return result;
    if (!wait(POLLIN, deadline - std::chrono::steady_clock::now())) return {IoStatus::timed_out, 0};
  }
}

// I3. poll() finds a socket writable when a third of its buffer is free, for which a slow reader may need longer than
// `timeout`. So when that has passed, a last attempt tells whether anything moved at all.
IoResult Socket::write_all(GatherList& pieces, Duration timeout) {
  const bool patient = timeout >= patience;
  size_t written = 0;
  bool is_last_attempt = false;
  while (!pieces.empty()) {
    const IoResult result = send(pieces, patient && !is_last_attempt ? 0 : MSG_DONTWAIT);
    written += result.bytes;
    if (result.status == IoStatus::failed) return {IoStatus::failed, written};
    if (result.status == IoStatus::would_block) {
      if (is_last_attempt) return {IoStatus::timed_out, written};
      is_last_attempt = !wait(POLLOUT, patient ? timeout - patience : timeout);
    } else {
      is_last_attempt = false;
    }
  }
  return {IoStatus::ok, written};
}

IoResult Socket::read_into(Pipe& pipe, size_t most) {
  return note_received(repeat_when_interrupted([&] { return pipe.fill_from(fd_, most); }));
}

// I3. Each attempt begins with what room there is, and one begins when all the time has passed: that one tells whether
// anything moved. (After a part, the kernel has already waited for more room in vain.)
IoResult Socket::write_from(Pipe& pipe, Duration timeout) {
  size_t written = 0;
  Duration left = timeout;
  while (!pipe.empty()) {
    const IoResult result = note_sent(repeat_when_interrupted([&] { return pipe.empty_into(fd_); }));
    written += result.bytes;
    if (result.bytes > 0) {
      left = timeout - patience;
      continue;
    }
    if (result.status != IoStatus::would_block) return {IoStatus::failed, written};
    if (left <= Duration::zero()) return {IoStatus::timed_out, written};
    left -= patience;
  }
  return {IoStatus::ok, written};
}

IoResult Socket::write_all(std::string_view text, Duration timeout) {
  GatherList pieces;
  pieces.add(text);
  return write_all(pieces, timeout);
}

IoResult Socket::read_now(std::span<char> into) {
  return receive(into, MSG_DONTWAIT);
}

IoResult Socket::write_now(GatherList& pieces) {
  return send(pieces, MSG_DONTWAIT);
}

bool Socket::is_quiet() const {
  char byte = 0;
  return ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && is_would_block(errno);
}

bool Socket::has_ended() {
  char byte = 0;
  const ssize_t n = ::recv(fd_, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  if (n < 0 && !is_would_block(errno)) failed_ = true;  // I4
  return n == 0 && !failed_;
}

uint64_t Socket::bytes_arrived() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  if (getsockopt(fd_, IPPROTO_TCP, TCP_INFO, &info, &size) == 0) {
    const bool has_end = info.tcpi_state == tcp_close_wait;  // which the kernel counts as a byte
    return info.tcpi_bytes_received - (has_end ? 1 : 0);
  }
  int waiting = 0;  // no TCP: a pair of sockets in a test
  ::ioctl(fd_, SIOCINQ, &waiting);
  return bytes_received() + static_cast<uint64_t>(waiting);
}

bool Socket::has_error() const {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) == 0 && error != 0;
}

void Socket::enable_keepalive() const {
  const int on = 1;
  const int seconds = 60;
  setsockopt(fd_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  setsockopt(fd_, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof seconds);
}

void Socket::shutdown_read() const {
  ::shutdown(fd_, SHUT_RD);
}

void Socket::shutdown_write() const {
  ::shutdown(fd_, SHUT_WR);
}

void Socket::shutdown_both() const {
  ::shutdown(fd_, SHUT_RDWR);
}

// To connect to nobody ends a connection, by connect(2); some kernels refuse that while a thread waits. Not the
// library's connect(), which ThreadSanitizer takes for the owner's.
void Socket::abort() const {
  const sockaddr nobody{AF_UNSPEC, {}};
  if (::syscall(SYS_connect, fd_, &nobody, sizeof nobody) != 0) shutdown_both();
}

bool Socket::is_delivered() const {
  return undelivered(fd_) == 0;
}

// Nobody wakes a thread for an acknowledgement, so it looks for it, ever less often while none comes; an error or a
// hang-up ends the waiting at once.
void Socket::wait_until_delivered(Duration pause) const {
  size_t left = undelivered(fd_);
  Duration step = first_delivery_step;
  TimePoint deadline = std::chrono::steady_clock::now() + pause;
  while (left > 0 && std::chrono::steady_clock::now() < deadline && !wait(0, step)) {
    step = std::min(step * 2, longest_delivery_step);
    const size_t now_left = undelivered(fd_);
    if (now_left == left) continue;
    deadline = std::chrono::steady_clock::now() + pause;
    step = first_delivery_step;
    left = now_left;
  }
}

void Socket::reset_at_close() const {
  const ::linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void Socket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

bool Socket::wait(short events, Duration timeout) const {
  if (timeout <= Duration::zero()) return false;
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    pollfd entry{fd_, events, 0};
    const timespec left = to_timespec(deadline - std::chrono::steady_clock::now());
    const int n = ::ppoll(&entry, 1, &left, nullptr);
    if (n >= 0 || errno != EINTR) return n != 0;
  }
}

}  // namespace glassgate::http
