// The end of a connection whose peer may still be sending.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>

#include "http/connection.h"
#include "support/socket_pair.h"

namespace glassgate::http {
namespace {

using test::SocketPair;

constexpr Duration long_time = std::chrono::seconds(20);
constexpr Duration short_time = std::chrono::milliseconds(20);

bool never_enough(Duration /*so_far*/) {
  return false;
}

TEST_CASE("lingering ends its own side first, and drops what comes until the peer ends") {
  SocketPair pair = test::connected_pair();
  Connection connection(std::move(pair.ours));
  connection.in.append("unread");
  pair.theirs.send("more");
  std::thread peer([&] {
    CHECK(pair.theirs.read_to_end().empty());  // sees the end before it has ended
    pair.theirs.send("last words");
    pair.theirs.shutdown_write();
  });
  linger(connection, long_time, never_enough);
  peer.join();
  CHECK(connection.in.empty());
  CHECK(connection.fill(Duration::zero()) == IoStatus::closed);  // nothing was left
}

TEST_CASE("lingering ends when it is enough, although the peer goes on") {
  SocketPair pair = test::connected_pair();
  Connection connection(std::move(pair.ours));
  std::thread talker([&] {
    while (pair.theirs.send("and another thing")) {
    }
  });
  linger(connection, long_time, [](Duration so_far) { return so_far >= short_time; });
  connection.socket.close();
  talker.join();
}

TEST_CASE("lingering ends when the peer is silent for too long") {
  SocketPair pair = test::connected_pair();
  Connection connection(std::move(pair.ours));
  linger(connection, short_time, never_enough);
  CHECK(connection.fill(Duration::zero()) == IoStatus::timed_out);  // and has not ended
}

}  // namespace
}  // namespace glassgate::http
