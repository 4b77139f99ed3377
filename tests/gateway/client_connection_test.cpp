#include "gateway/client_connection.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <array>
#include <future>
#include <string>
#include <vector>

#include "support/net.h"
#include "support/socket_pair.h"

namespace glassgate {
namespace {

using http::IoStatus;
using test::Peer;

constexpr Duration patience = test::deadline;

TimePoint at(int seconds) {
  return TimePoint(std::chrono::seconds(seconds));
}

struct Pair {
  int ours = -1;
  int theirs = -1;
};

Pair socket_pair() {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) throw std::runtime_error("no socket pair");
  return {fds[0], fds[1]};
}

// A client that is connected, and the connection that serves it.
struct Client {
  explicit Client(Pair pair = socket_pair()) : connection(http::Socket(pair.ours), {}), peer(pair.theirs) {}
  ClientConnection connection;
  Peer peer;
};

// What the connection's thread would see of its client without waiting.
IoStatus seen_by(ClientConnection& connection) {
  return connection.wire.fill(Duration::zero());
}

bool is_open(ClientConnection& connection) {
  return seen_by(connection) == IoStatus::timed_out;
}

TEST_CASE("the connection that has been idle for longest is chosen (I1), and each only once (I2)") {
  ConnectionRegistry registry;
  std::array<Client, 4> clients;
  for (Client& client : clients) registry.add(client.connection);
  clients[0].connection.mark_idle(at(30));
  clients[1].connection.mark_idle(at(10));
  clients[2].connection.mark_idle(at(20));  // and the last one is busy
  CHECK(registry.size() == 4);
  CHECK(registry.idle() == 3);

  for (const size_t expected : {size_t{1}, size_t{2}, size_t{0}}) {
    CAPTURE(expected);
    CHECK(is_open(clients[expected].connection));
    CHECK(registry.close_longest_idle());
    CHECK(clients[expected].connection.is_ending());
    CHECK(seen_by(clients[expected].connection) == IoStatus::closed);
  }
  CHECK_FALSE(registry.close_longest_idle());
  CHECK(is_open(clients[3].connection));
  CHECK_FALSE(clients[3].connection.is_ending());
  for (Client& client : clients) registry.remove(client.connection);
  CHECK(registry.size() == 0);
}

TEST_CASE("a connection is idle from mark_idle() to mark_busy() and at no other time (I1)") {
  ConnectionRegistry registry;
  Client client;
  registry.add(client.connection);
  CHECK_FALSE(client.connection.is_idle());
  CHECK_FALSE(registry.close_longest_idle());
  client.connection.mark_idle(at(1));
  CHECK(client.connection.is_idle());
  client.connection.mark_busy();
  CHECK_FALSE(client.connection.is_idle());
  CHECK_FALSE(registry.close_longest_idle());
  client.connection.mark_idle(at(2));
  CHECK(registry.close_longest_idle());
  registry.remove(client.connection);
}

TEST_CASE("a connection on which a request has begun to arrive is not shut down, and another one is chosen") {
  ConnectionRegistry registry;
  std::array<Client, 2> clients;
  for (Client& client : clients) registry.add(client.connection);
  clients[0].connection.mark_idle(at(1));
  clients[1].connection.mark_idle(at(2));
  clients[0].peer.send("GET");
  CHECK(registry.close_longest_idle());
  CHECK(seen_by(clients[1].connection) == IoStatus::closed);

  CHECK(seen_by(clients[0].connection) == IoStatus::ok);
  CHECK(clients[0].connection.wire.in.view() == "GET");
  clients[0].peer.send(" / HTTP/1.1");
  CHECK(seen_by(clients[0].connection) == IoStatus::ok);
  CHECK_FALSE(clients[0].connection.is_ending());  // it need not make room any more
  for (Client& client : clients) registry.remove(client.connection);
}

TEST_CASE("where a request has begun to arrive on every idle connection, one of them is to make room soon") {
  ConnectionRegistry registry;
  std::array<Client, 3> clients;
  for (Client& client : clients) {
    registry.add(client.connection);
    client.peer.send("G");
  }
  clients[0].connection.mark_idle(at(3));
  clients[1].connection.mark_idle(at(1));
  clients[2].connection.mark_idle(at(2));
  CHECK_FALSE(registry.close_longest_idle());
  CHECK_FALSE(clients[0].connection.is_ending());
  CHECK(clients[1].connection.is_ending());  // its answer will say so
  CHECK_FALSE(clients[2].connection.is_ending());

  CHECK(seen_by(clients[1].connection) == IoStatus::ok);
  CHECK(clients[1].connection.mark_busy());
  clients[1].connection.mark_idle(at(4));  // it had decided to go on, before it was told
  CHECK(registry.close_longest_idle());
  CHECK_FALSE(clients[1].connection.mark_busy());
  for (Client& client : clients) registry.remove(client.connection);
}

TEST_CASE("closing what is idle leaves alone what has a request, or has not been idle for long enough") {
  ConnectionRegistry registry;
  std::array<Client, 4> clients;
  for (Client& client : clients) registry.add(client.connection);
  clients[0].connection.mark_idle(at(1));
  clients[1].connection.mark_idle(at(1));
  clients[1].peer.send("GET");
  clients[2].connection.mark_idle(at(3));
  for (int i = 0; i < 3; ++i) registry.close_idle_since(at(2));  // a drain does it over and over
  CHECK(seen_by(clients[0].connection) == IoStatus::closed);
  CHECK(seen_by(clients[1].connection) == IoStatus::ok);
  CHECK(is_open(clients[1].connection));
  CHECK(is_open(clients[2].connection));
  CHECK_FALSE(clients[2].connection.is_ending());
  CHECK(is_open(clients[3].connection));
  CHECK_FALSE(clients[3].connection.is_ending());
  CHECK(registry.idle() == 2);
  registry.close_idle_since(at(3));
  CHECK(seen_by(clients[2].connection) == IoStatus::closed);
  for (Client& client : clients) registry.remove(client.connection);
}

TEST_CASE("whether a request or the closing was first is decided once, and both sides know (I1)") {
  ConnectionRegistry registry;
  Client faster;
  registry.add(faster.connection);
  faster.connection.mark_idle(at(1));
  CHECK(faster.connection.mark_busy());
  CHECK_FALSE(registry.close_longest_idle());
  CHECK(is_open(faster.connection));
  registry.remove(faster.connection);

  Client slower;
  registry.add(slower.connection);
  slower.connection.mark_idle(at(1));
  CHECK(registry.close_longest_idle());
  CHECK_FALSE(slower.connection.is_idle());
  CHECK_FALSE(slower.connection.mark_busy());
  registry.remove(slower.connection);
}

TEST_CASE("a request that has begun keeps its connection, read or not, unless it is expendable (I2)") {
  ConnectionRegistry registry;
  Client client;
  registry.add(client.connection);
  client.connection.mark_idle(at(1));
  client.peer.send("G");
  CHECK_FALSE(registry.close_longest_idle());  // the byte is in the socket
  CHECK(client.connection.is_ending());
  CHECK(seen_by(client.connection) == IoStatus::ok);
  CHECK_FALSE(registry.close_longest_idle());  // it is in the hands of a thread that has not said so
  CHECK(client.connection.is_idle());
  CHECK(client.connection.mark_busy());
  registry.remove(client.connection);

  Client slow;
  registry.add(slow.connection);
  slow.connection.mark_expendable(at(1));
  slow.peer.send("G");
  CHECK_FALSE(registry.close_longest_idle());  // it may be a whole request, which its thread has yet to read
  CHECK(seen_by(slow.connection) == IoStatus::ok);
  CHECK(registry.close_longest_idle());
  CHECK_FALSE(registry.close_longest_idle());  // once
  CHECK_FALSE(slow.connection.mark_busy());
  registry.remove(slow.connection);
}

TEST_CASE("hammered, a connection whose request had arrived is never ended, wherever its thread is (I2)") {
  for (int round = 0; round < 300; ++round) {
    ConnectionRegistry registry;
    test::SocketPair sockets = test::connected_pair();  // TCP: the kernel counts what the thread is reading
    ClientConnection connection(std::move(sockets.ours), {});
    registry.add(connection);
    connection.mark_idle(at(1));
    sockets.theirs.send("GET");
    auto closing = std::async(std::launch::async, [&] { return registry.close_longest_idle(); });
    CHECK(connection.wire.fill(patience) == IoStatus::ok);
    CHECK(connection.mark_busy());
    CHECK_FALSE(closing.get());
    CHECK(is_open(connection));
    registry.remove(connection);
  }
}

TEST_CASE("hammered, a connection that could be marked busy is never shut down (I1)") {
  for (int round = 0; round < 300; ++round) {
    ConnectionRegistry registry;
    Client client;
    registry.add(client.connection);
    client.connection.mark_idle(at(1));
    auto closing = std::async(std::launch::async, [&] { return registry.close_longest_idle(); });
    const bool busy = client.connection.mark_busy();
    const bool closed = closing.get();
    CHECK(busy != closed);
    CHECK(is_open(client.connection) == busy);
    registry.remove(client.connection);
  }
}

TEST_CASE("ending an idle connection wakes the thread that waits on it, and its client sees a clean end") {
  ConnectionRegistry registry;
  Client client;
  registry.add(client.connection);
  client.connection.mark_idle(at(1));
  auto waiting = std::async(std::launch::async, [&] { return client.connection.wire.fill(patience); });
  CHECK(registry.close_longest_idle());
  CHECK(waiting.get() == IoStatus::closed);
  registry.remove(client.connection);
  client.connection.wire.socket.close();
  CHECK(client.peer.read_to_end().empty());
  CHECK_FALSE(client.peer.is_reset());
}

TEST_CASE("cutting ends every connection, wakes its thread wherever it waits, and counts those with a request (I3)") {
  ConnectionRegistry registry;
  std::array<Client, 3> clients;
  for (Client& client : clients) registry.add(client.connection);
  clients[0].connection.mark_idle(at(1));
  const Pair backend = socket_pair();
  http::Connection upstream{http::Socket(backend.ours)};
  const Peer silent_backend(backend.theirs);
  clients[1].connection.set_upstream(&upstream.socket);

  std::vector<std::future<IoStatus>> waiting;
  for (Client& client : clients) {
    waiting.push_back(std::async(std::launch::async, [&] { return client.connection.wire.fill(patience); }));
  }
  waiting.push_back(std::async(std::launch::async, [&] { return upstream.fill(patience); }));
  CHECK(registry.cut_all() == 2);
  for (std::future<IoStatus>& thread : waiting) CHECK(thread.get() == IoStatus::closed);
  for (Client& client : clients) {
    CHECK(client.connection.is_cut());
    CHECK(client.connection.is_ending());
    CHECK(client.connection.wire.socket.write_all("too late", patience).status == IoStatus::failed);
    registry.remove(client.connection);
  }
  clients[1].connection.set_upstream(nullptr);
}

TEST_CASE("a backend's socket that is named after the cut is cut, too (I3)") {
  ConnectionRegistry registry;
  Client client;
  registry.add(client.connection);
  CHECK(registry.cut_all() == 1);
  const Pair backend = socket_pair();
  http::Connection upstream{http::Socket(backend.ours)};
  const Peer silent_backend(backend.theirs);
  client.connection.set_upstream(&upstream.socket);
  CHECK(upstream.fill(patience) == IoStatus::closed);
  client.connection.set_upstream(nullptr);
  registry.remove(client.connection);
}

TEST_CASE("a connection that is added after the cut is cut, too (I3)") {
  ConnectionRegistry registry;
  CHECK(registry.cut_all() == 0);
  Client client;
  registry.add(client.connection);
  CHECK(client.connection.is_cut());
  CHECK(seen_by(client.connection) == IoStatus::closed);
  registry.remove(client.connection);
}

TEST_CASE("a backend's socket that is no longer named is left alone") {
  ConnectionRegistry registry;
  Client client;
  registry.add(client.connection);
  const Pair backend = socket_pair();
  http::Connection upstream{http::Socket(backend.ours)};
  const Peer other_side(backend.theirs);
  client.connection.set_upstream(&upstream.socket);
  client.connection.set_upstream(nullptr);
  registry.cut_all();
  CHECK(upstream.fill(Duration::zero()) == IoStatus::timed_out);
  registry.remove(client.connection);
}

}  // namespace
}  // namespace glassgate
