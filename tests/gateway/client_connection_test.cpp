#include "gateway/client_connection.h"

#include <doctest/doctest.h>
#include <poll.h>

#include <array>
#include <future>

#include "support/registered_client.h"
#include "support/socket_pair.h"

namespace glassgate {
namespace {

using namespace test;
using http::IoStatus;

constexpr Duration patience = deadline;

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

TEST_CASE("the end of what a client sends is no request (I2)") {
  SocketPair pair = connected_pair();
  ClientConnection connection(std::move(pair.ours), {});
  ConnectionRegistry registry;
  const Registration registration(registry, connection);
  pair.theirs.send("whole");
  CHECK(seen_by(connection) == IoStatus::ok);
  connection.mark_idle(at(1));
  pair.theirs.shutdown_write();
  CHECK(eventually([&] { return connection.wire.socket.wait(POLLIN, std::chrono::milliseconds(1)); }));
  CHECK(registry.close_longest_idle());
  CHECK_FALSE(connection.mark_busy());
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

}  // namespace
}  // namespace glassgate
