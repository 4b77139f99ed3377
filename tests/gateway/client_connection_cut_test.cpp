// Connections that are cut when the drain time is over, whatever their threads are waiting for.
#include <doctest/doctest.h>

#include <array>
#include <future>
#include <vector>

#include "gateway/client_connection.h"
#include "support/registered_client.h"

namespace glassgate {
namespace {

using namespace test;
using http::IoStatus;

constexpr Duration patience = deadline;

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

TEST_CASE("a connection whose client has its answer is cut, and is no request") {
  ConnectionRegistry registry;
  std::array<Client, 2> clients;
  for (Client& client : clients) registry.add(client.connection);
  clients[0].connection.set_answer(ClientConnection::Answer::over);
  CHECK(registry.cut_all() == 1);
  for (Client& client : clients) {
    CHECK(client.connection.is_cut());
    registry.remove(client.connection);
  }
}

}  // namespace
}  // namespace glassgate
