#include "http/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>

namespace glassgate::http {
namespace {

// splice() cannot be told not to wait, only its socket can.
class NonBlocking {
 public:
  explicit NonBlocking(int socket) : socket_(socket) { ::fcntl(socket_, F_SETFL, O_RDWR | O_NONBLOCK); }
  ~NonBlocking() {
    const int result = errno;
    ::fcntl(socket_, F_SETFL, O_RDWR);
    errno = result;
  }
  NonBlocking(const NonBlocking&) = delete;
  NonBlocking& operator=(const NonBlocking&) = delete;

 private:
  const int socket_;
};

ssize_t move_pages(int from, int to, size_t most, int socket, Pipe::Wait wait) {
  std::optional<NonBlocking> for_now;
  if (wait == Pipe::Wait::no) for_now.emplace(socket);
  return ::splice(from, nullptr, to, nullptr, most, SPLICE_F_MOVE);
}

}  // namespace

std::optional<Pipe> Pipe::open() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  ::fcntl(ends[1], F_SETPIPE_SZ, wanted_bytes);
  return Pipe(ends[0], ends[1]);
}

Pipe::~Pipe() {
  if (read_end_ < 0) return;
  ::close(read_end_);
  ::close(write_end_);
}

Pipe& Pipe::operator=(Pipe&& other) noexcept {
  std::swap(read_end_, other.read_end_);
  std::swap(write_end_, other.write_end_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

ssize_t Pipe::fill_from(int socket, size_t most, Wait wait) {
  const ssize_t n = move_pages(socket, write_end_, most, socket, wait);
  if (n > 0) bytes_ += static_cast<size_t>(n);
  return n;
}

ssize_t Pipe::empty_into(int socket, Wait wait) {
  const ssize_t n = move_pages(read_end_, socket, bytes_, socket, wait);
  if (n > 0) bytes_ -= static_cast<size_t>(n);
  return n;
}

// Giving back happens in destructors, and must not need memory.
PipePool::PipePool(size_t most) : most_(most) {
  spare_.reserve(most);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<Pipe> PipePool::take() {
  {
    const MutexLock lock(mutex_);
    if (spare_.empty() && lent_ == most_) return std::nullopt;
    ++lent_;
    if (!spare_.empty()) {
      std::optional<Pipe> pipe(std::move(spare_.back()));
      spare_.pop_back();
      fewest_spare_ = std::min(fewest_spare_, spare_.size());
      return pipe;
    }
  }
  std::optional<Pipe> pipe = Pipe::open();
  if (!pipe) {
    const MutexLock lock(mutex_);
    --lent_;
  }
  return pipe;
}

void PipePool::give_back(Pipe pipe) {
  const MutexLock lock(mutex_);
  --lent_;
  if (pipe.empty()) spare_.push_back(std::move(pipe));
}

void PipePool::prune() {
  std::vector<Pipe> unneeded;  // closed after unlocking
  const MutexLock lock(mutex_);
  const auto last = spare_.begin() + static_cast<std::ptrdiff_t>(fewest_spare_);
  unneeded.assign(std::make_move_iterator(spare_.begin()), std::make_move_iterator(last));
  spare_.erase(spare_.begin(), last);
  fewest_spare_ = spare_.size();
}

}  // namespace glassgate::http
