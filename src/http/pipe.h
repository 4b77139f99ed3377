// Where bytes wait that pass from one socket to another without coming into the program.
//
// Problem: recv() and sendmsg() copy each byte of a long body twice, out of the kernel and back into it, which is a
// quarter to a half of what the body costs.
// Algorithm: splice(2). The pages in which the kernel keeps what one socket has received are hung into a pipe, and from
// there into what the other one sends. Only the kernel can hold them, so between the two there has to be a pipe
// (Socket::read_into(), Socket::write_from()). Whoever wants one borrows it; one that was emptied is lent again.
// Guarantee: where there is no pipe to be had, nothing fails: the borrower has none, and copies.
// Invariants:
//   I1 bytes leave a pipe in the order and number in which they came
//   I2 what one borrower left in a pipe never reaches another: a pipe that is not empty is closed
//   I3 there are never more than `most` pipes, with two descriptors each
// Thread rule: a pipe belongs to one thread; the pool is shared and locked. Units: bytes.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace glassgate::http {

class Pipe {
 public:
  // The kernel bounds what all pipes of a user may hold, and gives out very small ones then: those are not worth it.
  static constexpr int wanted_bytes = 128 * 1024;
  static constexpr int least_bytes = 64 * 1024;

  static std::optional<Pipe> open();  // nullopt: no descriptors, no memory, or too small
  ~Pipe() { close(); }
  Pipe(Pipe&& other) noexcept
      : read_end_(std::exchange(other.read_end_, -1)),
        write_end_(std::exchange(other.write_end_, -1)),
        bytes_(std::exchange(other.bytes_, 0)) {}
  Pipe& operator=(Pipe&& other) noexcept;

  bool is_open() const { return read_end_ >= 0; }
  bool empty() const { return bytes_ == 0; }
  size_t bytes() const { return bytes_; }

  // One splice(2) each, from and to a socket, with its result: bytes, or -1 and errno. They wait for the socket as long
  // as its own time-outs say, and for the pipe never.
  ssize_t fill_from(int socket, size_t most);
  ssize_t empty_into(int socket);
  void close();

 private:
  Pipe(int read_end, int write_end) : read_end_(read_end), write_end_(write_end) {}

  int read_end_;
  int write_end_;
  size_t bytes_ = 0;
};

class PipePool {
 public:
  // splice(2) cannot be told to raise no SIGPIPE, so from here on the process ignores it.
  explicit PipePool(size_t most);

  // Closes as many as nobody needed since the last time.
  void prune();

 private:
  friend class BorrowedPipe;
  std::optional<Pipe> take();
  void give_back(Pipe pipe);

  const size_t most_;
  Mutex mutex_;
  size_t others_ GUARDED_BY(mutex_) = 0;  // that exist and are not spare: lent, or about to be closed
  std::vector<Pipe> spare_ GUARDED_BY(mutex_);
  size_t fewest_spare_ GUARDED_BY(mutex_) = 0;  // since the last prune()
};

// A pipe, or none, until the end of the scope.
class BorrowedPipe {
 public:
  explicit BorrowedPipe(PipePool& pool) : pool_(pool), pipe_(pool.take()) {}
  ~BorrowedPipe() {
    if (pipe_) pool_.give_back(*std::move(pipe_));
  }
  BorrowedPipe(const BorrowedPipe&) = delete;
  BorrowedPipe& operator=(const BorrowedPipe&) = delete;

  explicit operator bool() const { return pipe_.has_value(); }
  Pipe& operator*() { return *pipe_; }

 private:
  PipePool& pool_;
  std::optional<Pipe> pipe_;
};

}  // namespace glassgate::http
