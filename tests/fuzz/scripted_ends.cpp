#include "fuzz/scripted_ends.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>

#include "fuzz/target.h"

namespace glassgate::fuzz {
namespace {

// More than any input of a few kilobytes can have the gateway write. Reserved, so that the handler allocates nothing;
// and kept from one input to the next, because fresh memory is what would cost most.
constexpr size_t most_heard = size_t{256} * 1024;
std::vector<std::string> spare;

std::string take_spare() {
  std::string out;
  if (!spare.empty()) {
    out.swap(spare.back());
    spare.pop_back();
  }
  out.clear();
  out.reserve(most_heard);
  return out;
}

Conversation* current = nullptr;

void on_signal(int /*signal*/) {
  const int error = errno;
  if (current != nullptr) current->go_on();
  errno = error;
}

void signal_when_readable(int fd) {
  const f_owner_ex owner{F_OWNER_TID, ::gettid()};
  fcntl(fd, F_SETOWN_EX, &owner);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC);
}

}  // namespace

ScriptedEnd::ScriptedEnd(std::string_view script) {
  do {
    pieces_.emplace_back(take_piece(script, '\x1E'));
    whole_ += pieces_.back();
  } while (!script.empty());
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) throw std::runtime_error("no sockets");
  other_fd_ = fds[0];
  fd_ = fds[1];
  heard_ = take_spare();
  signal_when_readable(fd_);
}

ScriptedEnd::~ScriptedEnd() {
  spare.push_back(std::move(heard_));
  ::close(fd_);
  if (other_fd_ >= 0) ::close(other_fd_);
}

http::Socket ScriptedEnd::take_other_end() {
  return http::Socket(std::exchange(other_fd_, -1));
}

void ScriptedEnd::say_next() {
  if (said_ == pieces_.size()) return;
  const std::string& piece = pieces_[said_++];
  ::send(fd_, piece.data(), piece.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (said_ == pieces_.size()) ::shutdown(fd_, SHUT_WR);
}

void ScriptedEnd::say_rest() {
  while (said_ < pieces_.size()) say_next();
}

bool ScriptedEnd::listen() {
  std::array<char, 4096> piece;  // NOLINT: filled by recv()
  const bool had_ended = ended_;
  const size_t before = heard_.size();
  while (!ended_) {
    const ssize_t n = ::recv(fd_, piece.data(), piece.size(), MSG_DONTWAIT);
    if (n < 0) break;
    ended_ = n == 0;
    if (heard_.size() + piece.size() <= most_heard) heard_.append(piece.data(), static_cast<size_t>(n));
  }
  return ended_ != had_ended || heard_.size() > before;
}

Conversation::Conversation(ScriptedEnd& client, std::vector<ScriptedEnd*> backends)
    : client_(client), backends_(std::move(backends)) {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGIO, &action, nullptr);
  current = this;
  client_.say_next();
}

Conversation::~Conversation() {
  current = nullptr;
  std::signal(SIGIO, SIG_IGN);
}

void Conversation::go_on() {
  if (client_.listen()) client_.say_rest();
  for (ScriptedEnd* backend : backends_) {
    if (!backend->listen()) continue;
    if (backend->has_ended()) {
      backend->say_rest();
    } else {
      backend->say_next();
      client_.say_next();
    }
  }
}

}  // namespace glassgate::fuzz
