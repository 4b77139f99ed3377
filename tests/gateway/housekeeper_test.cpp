#include "gateway/housekeeper.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "support/config_text.h"
#include "support/manual_clock.h"
#include "support/net.h"
#include "support/process.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using test::eventually;
using test::Peer;

constexpr Duration often = std::chrono::milliseconds(1);

struct House {
  explicit House(const std::string& more = "") {
    services.runtime.swap_in(std::make_shared<const Runtime>(parse_config(least_config + more).config, nullptr));
  }

  test::ManualClock clock;
  Log log{clock};
  Services services{clock, log};
  Housekeeper housekeeper{services, often};
};

// Gives one end of a connection to the housekeeper, and the other one back.
Peer refused_client(Housekeeper& housekeeper) {
  std::array<int, 2> fds{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) throw std::runtime_error("no socket pair");
  http::Socket ours(fds[0]);
  ours.write_all("503", Duration::zero());
  housekeeper.close_later(std::move(ours));
  return Peer(fds[1]);
}

// The other side takes what is sent to it: it has not closed.
bool is_open(Peer& peer) {
  return peer.send("x");
}

TEST_CASE("a socket that is to be closed ends for its peer at once, but still takes what the peer sends") {
  House house;
  Peer client = refused_client(house.housekeeper);
  CHECK(client.read_to_end() == "503");
  CHECK(is_open(client));
}

TEST_CASE("it is closed when its peer has had time to read") {
  House house;
  house.housekeeper.start();
  Peer first = refused_client(house.housekeeper);
  house.clock.advance(Housekeeper::close_delay / 2);
  Peer second = refused_client(house.housekeeper);
  house.clock.advance(Housekeeper::close_delay / 2);
  CHECK(eventually([&] { return !is_open(first); }));
  CHECK(is_open(second));
  house.clock.advance(Housekeeper::close_delay);
  CHECK(eventually([&] { return !is_open(second); }));
}

TEST_CASE("at most max_refused_sockets wait; the oldest goes first") {
  House house;
  std::vector<Peer> clients;
  for (size_t i = 0; i < max_refused_sockets + 3; ++i) clients.push_back(refused_client(house.housekeeper));
  for (size_t i = 0; i < clients.size(); ++i) {
    CAPTURE(i);
    CHECK(is_open(clients[i]) == (i >= 3));
  }
}

TEST_CASE("where fewer may wait, fewer do, and none at all where none may") {
  House house;
  for (const size_t most : {size_t{0}, size_t{2}}) {
    CAPTURE(most);
    Housekeeper housekeeper(house.services, often, most);
    std::vector<Peer> clients;
    for (size_t i = 0; i < 5; ++i) clients.push_back(refused_client(housekeeper));
    for (size_t i = 0; i < clients.size(); ++i) CHECK(is_open(clients[i]) == (i + most >= clients.size()));
  }
}

TEST_CASE("pooled connections that have become old are closed, also when no request comes by") {
  House house;
  house.housekeeper.start();
  const Upstream& upstream = house.services.runtime.current()->upstreams().front();
  std::array<int, 2> fds{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) == 0);
  Peer backend(fds[1]);
  upstream.pool->put(*upstream.backends.front(), http::Connection(http::Socket(fds[0])), house.clock.now());
  CHECK(is_open(backend));
  house.clock.advance(upstream.config->pool.idle_timeout);
  CHECK(backend.ends());
  CHECK(upstream.pool->idle(*upstream.backends.front()) == 0);
}

TEST_CASE("keys of a limit that nobody uses any more are dropped, also when no request comes by") {
  House house("rate_limit: {requests: 1, window: 1s, idle_keys_after: 1s}\n");
  house.housekeeper.start();
  RateLimiter& limiter = *house.services.runtime.current()->door_limiter();
  test::TestExchange exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n");  // at the time that the house's clock shows
  CHECK(limiter.admits(exchange.x));
  CHECK(limiter.keys() == 1);
  house.clock.advance(std::chrono::seconds(1));
  CHECK(eventually([&] { return limiter.keys() == 0; }));
}

TEST_CASE("its thread has a name, and is gone after stop(), which may be called twice or without start()") {
  const auto is_there = [] {
    const std::vector<std::string> names = test::thread_names_of(0);
    return std::find(names.begin(), names.end(), "housekeeper") != names.end();
  };
  House house;
  house.housekeeper.stop();
  House other;
  other.housekeeper.start();
  CHECK(eventually(is_there));
  other.housekeeper.stop();
  other.housekeeper.stop();
  CHECK(eventually([&] { return !is_there(); }));
}

TEST_CASE("a socket that comes after stop() is kept until the end, and then closed") {
  Peer client;
  {
    House house;
    house.housekeeper.start();
    house.housekeeper.stop();
    client = refused_client(house.housekeeper);
    CHECK(is_open(client));
  }
  CHECK_FALSE(is_open(client));
}

}  // namespace
}  // namespace glassgate
