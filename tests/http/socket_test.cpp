#include "http/socket.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>
#include <utility>

#include "support/gate.h"
#include "support/socket_pair.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::Gate;
using test::Peer;
using test::SocketPair;
using test::stuff;

constexpr Duration soon = 30ms;
constexpr Duration generous = 20s;

bool is_open_descriptor(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

std::string text_of(const std::array<char, 64>& room, const IoResult& result) {
  return {room.data(), result.bytes};
}

TEST_CASE("a descriptor is closed once, by the socket that owns it last (I1)") {
  SocketPair pair = connected_pair();
  const int fd = pair.ours.fd();
  {
    Socket second(std::move(pair.ours));
    CHECK_FALSE(pair.ours.is_open());
    CHECK(second.fd() == fd);
    SocketPair other = connected_pair();
    const int other_fd = other.ours.fd();
    other.ours = std::move(second);
    CHECK_FALSE(is_open_descriptor(other_fd));
    CHECK(other.theirs.ends());
    CHECK(other.ours.fd() == fd);
    Socket& same = other.ours;
    other.ours = std::move(same);
    CHECK(other.ours.fd() == fd);
  }
  CHECK_FALSE(is_open_descriptor(fd));
  CHECK(pair.theirs.ends());
  Socket closed_by_hand = connected_pair().ours;
  closed_by_hand.close();
  closed_by_hand.close();
  CHECK_FALSE(closed_by_hand.is_open());
}

TEST_CASE("writing to a peer that is gone is a value and no signal (I2)") {
  void (*const before)(int) = std::signal(SIGPIPE, SIG_DFL);  // would end the tests here and now
  for (const bool by_reset : {false, true}) {
    CAPTURE(by_reset);
    SocketPair pair = connected_pair();
    if (by_reset) pair.theirs.reset();
    pair.theirs.close();
    IoResult result;
    for (int i = 0; i < 100 && result.status == IoStatus::ok; ++i) result = pair.ours.write_all("x", soon);
    CHECK(result.status == IoStatus::failed);
    GatherList pieces;
    pieces.add("y");
    CHECK(pair.ours.write_now(pieces).status == IoStatus::failed);
    CHECK_FALSE(pieces.empty());
  }
  std::signal(SIGPIPE, before);
}

// Takes a little now and then, for longer in all than a write may pause.
void read_slowly(Peer& peer, size_t bytes, size_t step) {
  for (size_t left = bytes; left > 0;) {
    ::poll(nullptr, 0, 30);
    const size_t got = peer.read_exactly(std::min(step, left)).size();
    if (got == 0) return;  // given up on: the writer's result says so
    left -= got;
  }
}

TEST_CASE("a slow but steady reader is served to the end (I3)") {
  for (const Duration timeout : {Duration(900ms), Socket::patience}) {
    CAPTURE(timeout.count());
    SocketPair pair = connected_pair(true);
    const std::string text(200'000, 'z');
    std::thread reader([&] { read_slowly(pair.theirs, text.size(), 4000); });  // takes 1.5 s at the least
    const IoResult result = pair.ours.write_all(text, timeout);
    pair.ours.close();
    reader.join();
    CHECK(result.status == IoStatus::ok);
    CHECK(result.bytes == text.size());
  }
}

TEST_CASE("a reader that takes nothing is given up on, and what went out is told") {
  for (const Duration timeout : {Duration::zero(), soon, Duration(Socket::patience + soon)}) {
    CAPTURE(timeout.count());
    SocketPair pair = connected_pair(true);
    const std::string text(20'000'000, 'z');
    const IoResult result = pair.ours.write_all(text, timeout);
    CHECK(result.status == IoStatus::timed_out);
    pair.ours.shutdown_write();
    CHECK(pair.theirs.read_to_end().size() == result.bytes);
  }
}

TEST_CASE("a read brings what is there, or says why there is nothing") {
  std::array<char, 64> room{};
  for (const Duration timeout : {soon, Duration(Socket::patience + soon)}) {
    CAPTURE(timeout.count());
    SocketPair pair = connected_pair();
    CHECK(pair.ours.read_some(room, timeout).status == IoStatus::timed_out);
    CHECK(pair.ours.read_now(room).status == IoStatus::would_block);
    pair.theirs.send("hello");
    CHECK(text_of(room, pair.ours.read_some(room, timeout)) == "hello");
    pair.theirs.send("now");
    CHECK(test::eventually([&] { return !pair.ours.is_quiet(); }));
    CHECK(text_of(room, pair.ours.read_now(room)) == "now");
    pair.theirs.send("last");
    pair.theirs.shutdown_write();
    CHECK(text_of(room, pair.ours.read_some(room, generous)) == "last");
    CHECK(pair.ours.read_some(room, timeout).status == IoStatus::closed);
    CHECK(pair.ours.read_now(room).status == IoStatus::closed);
    CHECK(pair.ours.write_all("the other direction stands", timeout).status == IoStatus::ok);
    pair.theirs.reset();
    CHECK(test::eventually([&] { return pair.ours.write_all("x", soon).status == IoStatus::failed; }));
  }
  SocketPair reset = connected_pair();
  reset.theirs.reset();
  CHECK(reset.ours.read_some(room, generous).status == IoStatus::failed);
}

TEST_CASE("a read waits for a peer that is late, with a time-out on either side of the patience") {
  for (const Duration timeout : {Duration(900ms), generous}) {
    SocketPair pair = connected_pair();
    Gate reading;
    std::thread late([&] {
      reading.wait();
      pair.theirs.send("late");
    });
    std::array<char, 64> room{};
    reading.open();
    CHECK(text_of(room, pair.ours.read_some(room, timeout)) == "late");
    late.join();
  }
}

TEST_CASE("what has arrived is known, read or not, and what has been read, too") {
  SocketPair pair = connected_pair();
  CHECK(pair.ours.bytes_arrived() == 0);
  pair.theirs.send("four");
  std::array<char, 64> room{};
  CHECK(pair.ours.read_some(std::span(room).first(1), generous).bytes == 1);
  CHECK(pair.ours.bytes_received() == 1);
  CHECK(pair.ours.bytes_arrived() == 4);
  Socket moved(std::move(pair.ours));
  CHECK(moved.read_some(room, generous).bytes == 3);
  CHECK(moved.bytes_received() == 4);
  CHECK(moved.bytes_arrived() == 4);
}

TEST_CASE("only a connection that is open with nothing to read is quiet") {
  SocketPair open = connected_pair();
  CHECK(open.ours.is_quiet());
  CHECK(open.ours.is_quiet());
  open.theirs.send("x");
  CHECK(test::eventually([&] { return !open.ours.is_quiet(); }));
  SocketPair ended = connected_pair();
  ended.theirs.shutdown_write();
  CHECK(test::eventually([&] { return !ended.ours.is_quiet(); }));
  SocketPair reset = connected_pair();
  reset.theirs.reset();
  CHECK(test::eventually([&] { return !reset.ours.is_quiet(); }));
  SocketPair shut = connected_pair();
  shut.ours.shutdown_both();
  CHECK_FALSE(shut.ours.is_quiet());
}

TEST_CASE("a shutdown from another thread wakes the owner") {
  void (Socket::*const ways[])() const = {&Socket::shutdown_read, &Socket::shutdown_both};
  for (const auto way : ways) {
    SocketPair pair = connected_pair();
    std::thread other([&] { (pair.ours.*way)(); });
    std::array<char, 64> room{};
    CHECK(pair.ours.read_some(room, generous).status == IoStatus::closed);
    other.join();
  }
}

TEST_CASE("half of a connection is closed, or all of it, or it is reset, as the peer sees it") {
  SocketPair pair = connected_pair();
  pair.ours.shutdown_write();
  CHECK(pair.theirs.read_to_end().empty());
  CHECK_FALSE(pair.theirs.is_reset());
  pair.theirs.send("still");
  std::array<char, 64> room{};
  CHECK(text_of(room, pair.ours.read_some(room, generous)) == "still");

  SocketPair reset = connected_pair();
  reset.ours.reset_at_close();
  CHECK(reset.ours.is_open());
  reset.ours.close();
  CHECK_FALSE(reset.ours.is_open());
  CHECK(reset.theirs.ends());
  CHECK(reset.theirs.is_reset());
}

TEST_CASE("a peer that is silent for a minute is asked whether it is still there, when that was wanted") {
  const SocketPair pair = connected_pair();
  pair.ours.enable_keepalive();
  int on = 0;
  int seconds = 0;
  socklen_t size = sizeof on;
  CHECK(getsockopt(pair.ours.fd(), SOL_SOCKET, SO_KEEPALIVE, &on, &size) == 0);
  CHECK(getsockopt(pair.ours.fd(), IPPROTO_TCP, TCP_KEEPIDLE, &seconds, &size) == 0);
  CHECK(on == 1);
  CHECK(seconds == 60);
}

TEST_CASE("a write that would have to wait does not, when it was told so") {
  SocketPair pair = connected_pair(true);
  const size_t inside = stuff(pair.ours);
  CHECK(inside > 0);
  GatherList pieces;
  pieces.add("more");
  CHECK(pair.ours.write_now(pieces).status == IoStatus::would_block);
  CHECK_FALSE(pieces.empty());
  CHECK(pair.theirs.read_exactly(inside).size() == inside);
  CHECK(test::eventually([&] { return pair.ours.write_now(pieces).status == IoStatus::ok; }));
  CHECK(pieces.empty());
  CHECK(pair.theirs.read_exactly(4) == "more");
}

extern "C" void ignore_signal(int) {}

TEST_CASE("a signal ends no call") {
  struct sigaction action {};
  struct sigaction before {};
  action.sa_handler = ignore_signal;  // without SA_RESTART
  sigaction(SIGUSR1, &action, &before);
  SocketPair pair = connected_pair(true);
  const size_t inside = stuff(pair.ours);
  const pthread_t owner = pthread_self();
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) {
      pthread_kill(owner, SIGUSR1);
      ::poll(nullptr, 0, 1);
    }
    pair.theirs.read_exactly(inside);
    for (int i = 0; i < 50; ++i) {
      pthread_kill(owner, SIGUSR1);
      ::poll(nullptr, 0, 1);
    }
    pair.theirs.send("answer");
  });
  std::array<char, 64> room{};
  CHECK(pair.ours.write_all("question", generous).status == IoStatus::ok);
  CHECK(text_of(room, pair.ours.read_some(room, 900ms)) == "answer");
  other.join();
  sigaction(SIGUSR1, &before, nullptr);
}

TEST_CASE("a list of pieces is one run of bytes, wherever it is cut") {
  const std::string whole = "headchunkdataend";
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    CAPTURE(cut);
    SocketPair pair = connected_pair();
    GatherList pieces;
    for (const char* piece : {"head", "", "chunk", "data", "end"}) pieces.add(piece);
    CHECK(pieces.count() == 4);
    pieces.consume(cut);
    CHECK(pieces.empty() == (cut == whole.size()));
    const IoResult result = pair.ours.write_all(pieces, generous);
    CHECK(result.bytes == whole.size() - cut);
    CHECK(pieces.empty());
    pieces.add("again");
    CHECK(pair.ours.write_all(pieces, generous).bytes == 5);
    CHECK(pair.theirs.read_exactly(whole.size() - cut + 5) == whole.substr(cut) + "again");
  }
}

}  // namespace
}  // namespace glassgate::http
