// What a reset does to the bytes in front of it, on both sides of a socket.
#include <doctest/doctest.h>
#include <poll.h>

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "support/socket_pair.h"
#include "support/threads.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::SocketPair;
using test::stuff;

constexpr Duration generous = 20s;

TEST_CASE("a reset that a write was told of is no end in good order for the reads behind it (I4)") {
  SocketPair pair = connected_pair();
  pair.theirs.send("hello");
  pair.theirs.reset();
  CHECK(test::eventually([&] { return pair.ours.write_all("x", generous).status == IoStatus::failed; }));
  CHECK(pair.ours.write_all("x", generous).status == IoStatus::failed);
  Socket moved = std::move(pair.ours);
  std::array<char, 64> room{};
  IoResult result = moved.read_now(room);
  if (result.status == IoStatus::ok) result = moved.read_now(room);
  CHECK(result.status == IoStatus::failed);
  Socket assigned;
  assigned = std::move(moved);
  CHECK(assigned.read_some(room, generous).status == IoStatus::failed);
}

TEST_CASE("an end in good order stays one, also when a write behind it fails (I4)") {
  SocketPair pair = connected_pair();
  pair.theirs.send("hello");
  pair.theirs.close();
  CHECK(test::eventually([&] { return pair.ours.write_all("x", generous).status == IoStatus::failed; }));
  std::array<char, 64> room{};
  CHECK(pair.ours.read_some(room, generous).bytes == 5);
  CHECK(pair.ours.read_some(room, generous).status == IoStatus::closed);
}

TEST_CASE("a reset can wait until what was written is delivered") {
  SocketPair pair = connected_pair(true);
  const size_t inside = stuff(pair.ours);
  REQUIRE(inside > 0);
  std::thread waiting([&] {
    pair.ours.wait_until_delivered(generous);
    pair.ours.reset_at_close();
    pair.ours.close();
  });
  CHECK(pair.theirs.read_to_end().size() == inside);
  CHECK(pair.theirs.is_reset());
  waiting.join();
}

// It takes longer for all of it than the pause, and has most of a pause to spare for each piece.
TEST_CASE("whoever waits for a delivery waits for a slow peer, as long as it takes some within each pause") {
  constexpr Duration pause = 1s;
  SocketPair pair = connected_pair(true);
  const int much = 128 * 1024;
  setsockopt(pair.ours.fd(), SOL_SOCKET, SO_SNDBUF, &much, sizeof much);
  const size_t inside = stuff(pair.ours);
  test::Threads slow_peer;
  slow_peer.start([&] {
    const TimePoint slow_until = std::chrono::steady_clock::now() + pause + 100ms;
    while (std::chrono::steady_clock::now() < slow_until) {
      pair.theirs.read_exactly(inside / 200);
      std::this_thread::sleep_for(10ms);
    }
    pair.theirs.read_to_end();
  });
  pair.ours.wait_until_delivered(pause);
  CHECK(pair.ours.is_delivered());
  pair.ours.shutdown_write();
  slow_peer.join();
}

TEST_CASE("nobody waits for a delivery to a peer that takes nothing, or that is gone") {
  for (const bool is_gone : {false, true}) {
    SocketPair pair = connected_pair(true);
    CHECK(stuff(pair.ours) > 0);
    if (is_gone) pair.theirs.reset();
    pair.ours.wait_until_delivered(is_gone ? generous : Duration(std::chrono::milliseconds(20)));
    CHECK(pair.ours.is_open());
  }
}

TEST_CASE("whether the peer has ended its side can be asked without taking anything (I4)") {
  SocketPair open = connected_pair();
  CHECK_FALSE(open.ours.has_ended());
  open.theirs.send("hello");
  open.theirs.shutdown_write();
  std::array<char, 64> room{};
  CHECK_FALSE(open.ours.has_ended());  // what it sent before is still to be read
  CHECK(open.ours.read_some(room, generous).bytes == 5);
  CHECK(test::eventually([&] { return open.ours.has_ended(); }));
  CHECK(open.ours.read_some(room, generous).status == IoStatus::closed);
}

TEST_CASE("a reset that only a question was told of is no end in good order (I4)") {
  SocketPair pair = connected_pair();
  pair.theirs.reset();
  std::array<char, 64> room{};
  pollfd entry{pair.ours.fd(), POLLIN, 0};
  REQUIRE(::poll(&entry, 1, 20'000) == 1);
  CHECK_FALSE(pair.ours.has_ended());
  CHECK(pair.ours.read_now(room).status == IoStatus::failed);
}

TEST_CASE("a failed connection says so once, one that ended does not") {
  SocketPair pair = connected_pair();
  CHECK_FALSE(pair.ours.has_error());
  pair.theirs.shutdown_write();
  CHECK(test::eventually([&] { return !pair.ours.is_quiet(); }));
  CHECK_FALSE(pair.ours.has_error());
  pair.theirs.reset();
  CHECK(test::eventually([&] { return pair.ours.has_error(); }));
  CHECK_FALSE(pair.ours.has_error());
}

// The owner waits in a read, in a write, and for what was written to arrive.
TEST_CASE("abort() resets a connection at once, and wakes its owner") {
  using Wait = std::function<void(Socket&)>;
  const std::string much(1 << 20, 'x');
  for (const Wait& wait : {Wait([](Socket& socket) {
                             std::array<char, 64> room{};
                             const IoStatus status = socket.read_some(room, generous).status;
                             CHECK((status == IoStatus::closed || status == IoStatus::failed));
                           }),
                           Wait([&](Socket& socket) { CHECK(socket.write_all(much, 1h).status == IoStatus::failed); }),
                           Wait([](Socket& socket) {
                             stuff(socket);
                             socket.wait_until_delivered(1h);
                           })}) {
    SocketPair pair = connected_pair(true);
    test::Threads owner;
    owner.start([&] { wait(pair.ours); });
    pair.ours.abort();
    owner.join();
    pair.theirs.read_to_end();
    CHECK(pair.theirs.is_reset());
  }
}

}  // namespace
}  // namespace glassgate::http
