// The exercises of docs/lessons/04-connection-pooling.md. Take out a skip() to work on one.
#include "gateway/connection_pool.h"

#include <doctest/doctest.h>

#include <chrono>
#include <stdexcept>
#include <utility>

#include "04_lease.h"
#include "support/manual_clock.h"
#include "support/socket_pair.h"

namespace glassgate::exercises {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::SocketPair;

const Backend red(HostPort{"127.0.0.1", 9101});
const Backend green(HostPort{"127.0.0.1", 9102});

TEST_CASE("exercise 4.1: whoever asks in vain closes what is too old" * doctest::skip()) {
  test::ManualClock clock;
  ConnectionPool pool({10, 10s});
  SocketPair old = connected_pair();
  SocketPair other = connected_pair();
  SocketPair young = connected_pair();
  pool.put(red, http::Connection(std::move(old.ours)), clock.now());
  pool.put(green, http::Connection(std::move(other.ours)), clock.now());
  clock.advance(5s);
  pool.put(green, http::Connection(std::move(young.ours)), clock.now());
  clock.advance(5s);
  CHECK_FALSE(pool.take(red, clock.now()));
  CHECK(pool.idle(red) == 0);
  CHECK(pool.idle(green) == 1);
  if (pool.idle(red) == 0) CHECK(old.theirs.ends());
  CHECK(pool.take(green, clock.now()));
}

TEST_CASE("exercise 4.2: a lease gives back what is complete, and closes the rest" * doctest::skip()) {
  test::ManualClock clock;
  ConnectionPool pool({10, 10s});
  SocketPair whole = connected_pair();
  {
    Lease lease(pool, red, http::Connection(std::move(whole.ours)), clock);
    lease.complete();
    CHECK(pool.idle(red) == 0);
  }
  CHECK(pool.idle(red) == 1);

  SocketPair cut = connected_pair();
  try {
    const Lease lease(pool, green, http::Connection(std::move(cut.ours)), clock);
    throw std::runtime_error("in the middle of an answer");
  } catch (const std::runtime_error&) {
  }
  CHECK(pool.idle(green) == 0);

  SocketPair moved = connected_pair();
  {
    Lease lease(pool, green, http::Connection(std::move(moved.ours)), clock);
    const http::Connection somewhere_else = std::move(lease.connection);
    lease.complete();
  }
  CHECK(pool.idle(green) == 0);
}

}  // namespace
}  // namespace glassgate::exercises
