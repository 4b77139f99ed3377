#include "http/pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>

namespace glassgate::http {

std::optional<Pipe> Pipe::open() {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  std::optional<Pipe> pipe(Pipe(ends[0], ends[1]));
  const int bytes = ::fcntl(pipe->write_end_, F_GETPIPE_SZ);
  if (bytes < wanted_bytes) ::fcntl(pipe->write_end_, F_SETPIPE_SZ, wanted_bytes);
  if (::fcntl(pipe->write_end_, F_GETPIPE_SZ) < least_bytes) pipe.reset();
  return pipe;
}

Pipe& Pipe::operator=(Pipe&& other) noexcept {
  std::swap(read_end_, other.read_end_);
  std::swap(write_end_, other.write_end_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

ssize_t Pipe::fill_from(int socket, size_t most) {
  const ssize_t n = ::splice(socket, nullptr, write_end_, nullptr, most, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (n > 0) bytes_ += static_cast<size_t>(n);
  return n;
}

ssize_t Pipe::empty_into(int socket) {
  const ssize_t n = ::splice(read_end_, nullptr, socket, nullptr, bytes_, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (n > 0) bytes_ -= static_cast<size_t>(n);
  return n;
}

void Pipe::close() {
  if (!is_open()) return;
  ::close(std::exchange(read_end_, -1));
  ::close(std::exchange(write_end_, -1));
}

// Giving back happens in destructors, and must not need memory.
PipePool::PipePool(size_t most) : most_(most) {
  spare_.reserve(most);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<Pipe> PipePool::take() {
  {
    const MutexLock lock(mutex_);
    if (spare_.empty() && others_ == most_) return std::nullopt;
    ++others_;
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
    --others_;
  }
  return pipe;
}

void PipePool::give_back(Pipe pipe) {
  if (!pipe.empty()) pipe.close();
  const MutexLock lock(mutex_);
  --others_;
  if (pipe.is_open()) spare_.push_back(std::move(pipe));
}

void PipePool::prune() {
  std::vector<Pipe> unneeded;
  {
    const MutexLock lock(mutex_);
    const auto last = spare_.begin() + static_cast<std::ptrdiff_t>(fewest_spare_);
    unneeded.assign(std::make_move_iterator(spare_.begin()), std::make_move_iterator(last));
    spare_.erase(spare_.begin(), last);
    fewest_spare_ = spare_.size();
    others_ += unneeded.size();
  }
  const size_t closed = unneeded.size();
  unneeded.clear();
  const MutexLock lock(mutex_);
  others_ -= closed;
}

}  // namespace glassgate::http
