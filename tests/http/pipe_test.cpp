#include "http/pipe.h"

#include <doctest/doctest.h>
#include <poll.h>
#include <pthread.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <string>
#include <thread>

#include "support/socket_pair.h"
#include "support/stirred_bytes.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::SocketPair;
using test::stuff;

constexpr Duration soon = 30ms;
constexpr Duration generous = 20s;
const std::string alphabet = "abcdefghijklmnopqrstuvwxyz";

Pipe open_pipe() {
  std::optional<Pipe> pipe = Pipe::open();
  REQUIRE(pipe.has_value());
  return *std::move(pipe);
}

// As much as `bytes`, in as many reads as it takes.
void fill(Pipe& pipe, Socket& from, size_t bytes) {
  while (pipe.bytes() < bytes) REQUIRE(from.read_into(pipe, bytes - pipe.bytes()).status == IoStatus::ok);
}

// Neither the process nor a test before this one is to be what keeps it alive.
struct FatalSigpipe {
  FatalSigpipe() : before(std::signal(SIGPIPE, SIG_DFL)) {}
  ~FatalSigpipe() { std::signal(SIGPIPE, before); }
  void (*const before)(int);
};

TEST_CASE("what goes through a pipe is what came, in order, and not a byte more (I1) (socket I5)") {
  for (size_t most = 1; most <= alphabet.size() + 1; ++most) {
    CAPTURE(most);
    SocketPair from = connected_pair();
    SocketPair to = connected_pair();
    Pipe pipe = open_pipe();
    from.theirs.send(alphabet);
    const IoResult read = from.ours.read_into(pipe, most);
    CHECK(read.status == IoStatus::ok);
    CHECK(read.bytes == std::min(most, alphabet.size()));
    CHECK(pipe.bytes() == read.bytes);
    CHECK(from.ours.bytes_received() == read.bytes);
    CHECK(to.ours.write_from(pipe, generous).bytes == read.bytes);
    CHECK(pipe.empty());
    CHECK(to.theirs.read_exactly(read.bytes) == alphabet.substr(0, most));
    std::array<char, 64> room{};
    const std::string rest = alphabet.substr(read.bytes);
    if (!rest.empty()) CHECK(from.ours.read_some(room, generous).bytes == rest.size());
    CHECK(std::string_view(room.data(), rest.size()) == rest);
  }
}

TEST_CASE("more than a pipe holds goes through it piece by piece (I1)") {
  SocketPair from = connected_pair();
  SocketPair to = connected_pair();
  const std::string all = test::stirred_bytes(3'000'001);
  std::thread sender([&] { from.theirs.send(all); });
  std::string arrived;
  std::thread receiver([&] { arrived = to.theirs.read_exactly(all.size()); });
  Pipe pipe = open_pipe();
  size_t left = all.size();
  while (left > 0) {
    const IoResult read = from.ours.read_into(pipe, left);
    if (read.status != IoStatus::ok || to.ours.write_from(pipe, generous).status != IoStatus::ok) break;
    left -= read.bytes;
  }
  to.ours.shutdown_write();
  sender.join();
  receiver.join();
  CHECK(left == 0);
  CHECK((arrived == all));
}

TEST_CASE("a read into a pipe that brings nothing says so, and leaves the pipe as it is") {
  SocketPair pair = connected_pair();
  Pipe pipe = open_pipe();
  CHECK(pair.ours.read_into(pipe, 100).status == IoStatus::would_block);
  pair.theirs.send("last");
  pair.theirs.shutdown_write();
  CHECK(pair.ours.read_into(pipe, 100).bytes == 4);
  CHECK(pair.ours.read_into(pipe, 100).status == IoStatus::closed);
  CHECK(pipe.bytes() == 4);
  SocketPair reset = connected_pair();
  reset.theirs.reset();
  CHECK(reset.ours.read_into(pipe, 100).status == IoStatus::failed);
  CHECK(pipe.bytes() == 4);
}

TEST_CASE("a reader that takes nothing is given up on, and the rest stays in the pipe") {
  for (const Duration timeout : {soon, Duration(Socket::patience + soon)}) {
    CAPTURE(timeout.count());
    SocketPair from = connected_pair();
    SocketPair to = connected_pair(true);
    const size_t inside = stuff(to.ours);
    Pipe pipe = open_pipe();
    from.theirs.send(std::string(60'000, 'y'));
    fill(pipe, from.ours, 60'000);
    const IoResult result = to.ours.write_from(pipe, timeout);
    CHECK(result.status == IoStatus::timed_out);
    CHECK(pipe.bytes() == 60'000 - result.bytes);
    CHECK_FALSE(pipe.empty());
    to.ours.shutdown_write();
    CHECK(to.theirs.read_to_end().size() == inside + result.bytes);
  }
}

TEST_CASE("a slow but steady reader is served from a pipe to the end (socket I3)") {
  SocketPair from = connected_pair();
  SocketPair to = connected_pair(true);
  Pipe pipe = open_pipe();
  constexpr size_t bytes = 60'000;
  from.theirs.send(std::string(bytes, 'y'));
  fill(pipe, from.ours, bytes);
  std::thread reader([&] {  // takes 3 s at the least, and the write's pause is much shorter
    for (size_t left = bytes, got = 1; left > 0 && got > 0; left -= got) {
      ::poll(nullptr, 0, 30);
      got = to.theirs.read_exactly(std::min<size_t>(600, left)).size();
    }
  });
  const IoResult result = to.ours.write_from(pipe, Socket::patience);
  to.ours.close();
  reader.join();
  CHECK(result.status == IoStatus::ok);
  CHECK(result.bytes == bytes);
}

TEST_CASE("a reader that is late is waited for") {
  SocketPair from = connected_pair();
  SocketPair to = connected_pair(true);
  const size_t inside = stuff(to.ours);
  Pipe pipe = open_pipe();
  from.theirs.send(alphabet);
  fill(pipe, from.ours, alphabet.size());
  std::thread late([&] {
    ::poll(nullptr, 0, 1500);  // more than one attempt waits
    to.theirs.read_exactly(inside);
  });
  CHECK(to.ours.write_from(pipe, generous).status == IoStatus::ok);
  late.join();
  CHECK(to.theirs.read_exactly(alphabet.size()) == alphabet);
}

extern "C" void ignore_signal_in_pipe_test(int) {}

TEST_CASE("a signal ends no read into a pipe") {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = ignore_signal_in_pipe_test;  // without SA_RESTART
  sigaction(SIGUSR1, &action, &before);
  SocketPair pair = connected_pair();
  const pthread_t owner = pthread_self();
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) {
      pthread_kill(owner, SIGUSR1);
      ::poll(nullptr, 0, 1);
    }
    pair.theirs.send("answer");
  });
  Pipe pipe = open_pipe();
  IoResult result = pair.ours.read_into(pipe, 100);
  for (int i = 0; i < 20 && result.status == IoStatus::would_block; ++i) result = pair.ours.read_into(pipe, 100);
  CHECK(result.bytes == 6);
  other.join();
  sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("a receiver that is gone is a value and no signal (socket I2)") {
  const FatalSigpipe unless_ignored;
  PipePool pool(1);
  BorrowedPipe pipe(pool);
  REQUIRE(static_cast<bool>(pipe));
  SocketPair to = connected_pair();
  to.theirs.reset();
  IoResult result;
  for (int i = 0; i < 100 && result.status == IoStatus::ok; ++i) {
    SocketPair from = connected_pair();
    from.theirs.send("x");
    from.ours.read_into(*pipe, 1);
    result = to.ours.write_from(*pipe, soon);
  }
  CHECK(result.status == IoStatus::failed);
  CHECK(to.ours.write_from(*pipe, soon).status == IoStatus::failed);
}

TEST_CASE("a shutdown from another thread wakes whoever reads into a pipe") {
  SocketPair pair = connected_pair();
  Pipe pipe = open_pipe();
  std::thread other([&] { pair.ours.shutdown_both(); });
  IoStatus status = IoStatus::would_block;
  for (int i = 0; i < 20 && status == IoStatus::would_block; ++i) status = pair.ours.read_into(pipe, 100).status;
  CHECK(status == IoStatus::closed);
  other.join();
}

}  // namespace
}  // namespace glassgate::http
