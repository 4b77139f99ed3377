#include "gateway/connection_pool.h"

#include <doctest/doctest.h>

#include <atomic>
#include <map>
#include <memory>
#include <new>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/failing_new.h"
#include "support/manual_clock.h"
#include "support/socket_pair.h"

namespace glassgate {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::eventually;
using test::Peer;
using test::SocketPair;

// A pool, two backends, and the far ends of all connections that were put into it, by number.
struct Fixture {
  explicit Fixture(size_t max_idle = 100, Duration idle_timeout = 90s) : pool({max_idle, idle_timeout}) {}

  int put(const Backend& backend) {
    SocketPair pair = connected_pair();
    const int number = static_cast<int>(far_ends.size());
    far_ends.push_back(std::move(pair.theirs));
    numbers[pair.ours.fd()] = number;
    pool.put(backend, http::Connection(std::move(pair.ours)), clock.now());
    return number;
  }
  // The number of the connection that was taken (which is then closed), or -1.
  int take(const Backend& backend) {
    const auto taken = pool.take(backend, clock.now());
    return taken ? numbers.at(taken->socket.fd()) : -1;
  }
  bool is_closed(int number) { return far_ends.at(static_cast<size_t>(number)).ends(); }

  test::ManualClock clock;
  ConnectionPool pool;
  Backend a{HostPort{"127.0.0.1", 9101}};
  Backend b{HostPort{"127.0.0.1", 9102}};
  std::vector<Peer> far_ends;
  std::map<int, int> numbers;
};

TEST_CASE("the newest connection is taken first, and only by its own backend") {
  Fixture f;
  CHECK(f.take(f.a) == -1);
  const int first = f.put(f.a);
  const int second = f.put(f.a);
  const int other = f.put(f.b);
  const int third = f.put(f.a);
  CHECK(f.pool.idle(f.a) == 3);
  CHECK(f.pool.idle(f.b) == 1);
  CHECK(f.take(f.a) == third);
  CHECK(f.take(f.a) == second);
  CHECK(f.take(f.b) == other);
  CHECK(f.take(f.b) == -1);
  CHECK(f.take(f.a) == first);
  CHECK(f.take(f.a) == -1);
}

TEST_CASE("a connection belongs to its backend's name, whichever object stands for it") {
  Fixture f;
  const int kept = f.put(f.a);
  const Backend after_reload{HostPort{"127.0.0.1", 9101}};
  const Backend another{HostPort{"127.0.0.1", 9103}};
  CHECK(f.pool.idle(another) == 0);
  CHECK(f.take(another) == -1);
  CHECK(f.take(after_reload) == kept);
}

TEST_CASE("at most max_idle connections wait, over all backends; the oldest goes (I1)") {
  Fixture f(2);
  const int first = f.put(f.a);
  const int second = f.put(f.b);
  const int third = f.put(f.a);
  CHECK(f.is_closed(first));
  CHECK(f.pool.idle(f.a) + f.pool.idle(f.b) == 2);
  CHECK(f.take(f.b) == second);
  CHECK(f.take(f.a) == third);

  Fixture none(0);
  CHECK(none.is_closed(none.put(none.a)));
  CHECK(none.take(none.a) == -1);
}

TEST_CASE("among many backends each gets its own newest, and the oldest of all make room (I1)") {
  constexpr size_t backends = 40;
  Fixture f(2 * backends);
  std::vector<std::unique_ptr<Backend>> all;
  for (size_t i = 0; i < backends; ++i) {
    all.push_back(std::make_unique<Backend>(HostPort{"127.0.0.1", static_cast<uint16_t>(9000 + i * 7)}));
  }
  std::vector<std::vector<int>> put(3);
  for (std::vector<int>& turn : put) {
    for (const auto& backend : all) turn.push_back(f.put(*backend));
  }
  for (size_t i = 0; i < backends; ++i) {
    CHECK(f.is_closed(put[0][i]));
    CHECK(f.pool.idle(*all[i]) == 2);
    CHECK(f.take(*all[i]) == put[2][i]);
  }
  f.pool.close_idle(backends / 2);
  for (size_t i = 0; i < backends; ++i) CHECK(f.take(*all[i]) == (i < backends / 2 ? -1 : put[1][i]));
}

TEST_CASE("a smaller max_idle takes effect at once (I1)") {
  Fixture f(4);
  const int first = f.put(f.a);
  const int second = f.put(f.b);
  const int third = f.put(f.a);
  f.pool.set_config({1, 90s});
  CHECK(f.is_closed(first));
  CHECK(f.is_closed(second));
  CHECK(f.pool.idle(f.a) == 1);
  CHECK(f.take(f.a) == third);
}

TEST_CASE("a connection that has waited for idle_timeout is never given out, and closed (I2)") {
  Fixture f(100, 10s);
  const int old = f.put(f.a);
  f.clock.advance(Duration(10s) - 1ns);
  const int young = f.put(f.b);
  f.pool.prune(f.clock.now());
  CHECK(f.pool.idle(f.a) == 1);
  f.clock.advance(1ns);
  CHECK(f.take(f.a) == -1);
  f.pool.prune(f.clock.now());
  CHECK(f.is_closed(old));
  CHECK(f.pool.idle(f.a) == 0);
  CHECK(f.take(f.b) == young);
  f.put(f.a);
  f.clock.advance(Duration(10s) - 1ns);
  CHECK(f.take(f.a) >= 0);
  f.pool.set_config({100, 5s});
  f.put(f.a);
  f.clock.advance(5s);
  CHECK(f.take(f.a) == -1);
}

TEST_CASE("the connections that have waited for longest are closed when their descriptors are needed") {
  Fixture f;
  const int first = f.put(f.a);
  const int second = f.put(f.b);
  const int third = f.put(f.a);
  f.pool.close_idle(0);
  CHECK(f.pool.idle(f.a) + f.pool.idle(f.b) == 3);
  f.pool.close_idle(2);
  CHECK(f.is_closed(first));
  CHECK(f.is_closed(second));
  CHECK(f.take(f.a) == third);
  f.put(f.b);
  f.pool.close_idle(100);
  CHECK(f.pool.idle(f.b) == 0);
}

TEST_CASE("a connection that was closed, reset, or talks on its own is closed and never given out (I3)") {
  const struct {
    std::string what;
    void (*act)(Peer&);
  } rows[] = {
      {"closed", [](Peer& peer) { peer.close(); }},
      {"half-closed", [](Peer& peer) { peer.shutdown_write(); }},
      {"reset", [](Peer& peer) { peer.reset(); }},
      {"unsolicited bytes", [](Peer& peer) { peer.send("HTTP/1.1 408 Request Timeout\r\n\r\n"); }},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Fixture f;
    const int good = f.put(f.a);
    SocketPair pair = connected_pair();
    row.act(pair.theirs);
    CHECK(eventually([&] { return !pair.ours.is_quiet(); }));
    f.pool.put(f.a, http::Connection(std::move(pair.ours)), f.clock.now());
    CHECK(f.pool.idle(f.a) == 2);
    CHECK(f.take(f.a) == good);
    CHECK(f.pool.idle(f.a) == 0);
    if (pair.theirs.fd() >= 0) CHECK(pair.theirs.ends());
  }
}

TEST_CASE("a connection with bytes left in its buffer is not kept (I3)") {
  Fixture f;
  SocketPair pair = connected_pair();
  http::Connection connection(std::move(pair.ours));
  connection.in.append("more than one answer");
  f.pool.put(f.a, std::move(connection), f.clock.now());
  CHECK(pair.theirs.ends());
  CHECK(f.take(f.a) == -1);
}

TEST_CASE("an idle connection holds no buffer") {
  Fixture f;
  SocketPair pair = connected_pair();
  http::Connection connection(std::move(pair.ours));
  connection.in.append("x");
  connection.in.consume(1);
  f.pool.put(f.a, std::move(connection), f.clock.now());
  const auto taken = f.pool.take(f.a, f.clock.now());
  REQUIRE(taken.has_value());
  CHECK_FALSE(taken->in.holds_memory());
}

TEST_CASE("where there is no memory to keep a connection it is closed, and the pool is as it was") {
  bool more = true;
  for (int allocation = 1; more; ++allocation) {
    CAPTURE(allocation);
    Fixture f;
    SocketPair pair = connected_pair();
    {
      const test::FailingNew failing("", allocation);
      try {
        f.pool.put(f.a, http::Connection(std::move(pair.ours)), f.clock.now());
      } catch (const std::bad_alloc&) {  // that is what the client loop deals with
      }
      more = failing.failures() > 0;
    }
    CHECK(f.pool.idle(f.a) == (more ? 0 : 1));
    if (more) CHECK(pair.theirs.ends());
    const int number = f.put(f.a);
    CHECK(f.take(f.a) == number);
  }
}

TEST_CASE("no connection is given to two threads at once") {
  Fixture f(8);
  for (int i = 0; i < 8; ++i) f.put(f.a);
  std::atomic<int> twice{0};
  std::vector<std::atomic<int>> users(8);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        auto taken = f.pool.take(f.a, f.clock.now());
        if (!taken) continue;
        auto& user = users[static_cast<size_t>(f.numbers.at(taken->socket.fd()))];
        if (user.fetch_add(1) != 0) ++twice;
        user.fetch_sub(1);
        f.pool.put(f.a, std::move(*taken), f.clock.now());
        if (i % 100 == 0) f.pool.prune(f.clock.now());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(twice == 0);
  CHECK(f.pool.idle(f.a) == 8);
}

}  // namespace
}  // namespace glassgate
