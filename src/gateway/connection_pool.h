// Connections to an upstream's backends that wait for their next request.
//
// Problem: opening a TCP connection for every request costs a round trip and a socket in TIME_WAIT; but a kept
// connection may have been closed by the backend, or may carry bytes that belong to nobody.
// Algorithm: one list an upstream, oldest first, and for each backend's name a stack of its places in that list.
// take() goes from the backend's newest on, because that one is the least likely to have been closed meanwhile; put()
// beyond `max_idle` drops the oldest of all, which is at the bottom of its stack. Neither looks at connections of
// other backends: with a thousand backends that take turns, what is wanted is among the oldest. A place that was
// taken is kept for the next connection: one that comes and goes needs no memory anew. A connection belongs to a
// backend's name and not to the object: the pool outlives backends that a reload takes away.
// Guarantee: take() gives a connection that was open and silent a moment ago. That it stays so until the request is
// written, nobody can promise: see the retry in gateway/upstream_call.h.
// Invariants:
//   I1 at most max_idle connections wait, over all backends of the upstream
//   I2 a connection that has waited for idle_timeout is closed and never given out
//   I3 a connection with bytes waiting, in its buffer or its socket, is closed and never given out
// Thread rule: any thread; one lock, under which no system call is made.
// Source: "newest first" as in Go's net/http Transport; RFC 9112 section 9.3.
#pragma once

#include <deque>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/mutex.h"
#include "gateway/backend.h"
#include "http/connection.h"

namespace glassgate {

class ConnectionPool {
 public:
  explicit ConnectionPool(PoolConfig config) : config_(config) {}

  std::optional<http::Connection> take(const Backend& backend, TimePoint now);
  void put(const Backend& backend, http::Connection connection, TimePoint now);
  // Closes what has waited for too long, and lets go of places and stacks that are empty. To be called now and then.
  void prune(TimePoint now);
  // Closes the n that have waited for longest, or all where there are fewer: somebody needs the descriptors more.
  void close_idle(size_t n);
  void set_config(PoolConfig config);

  size_t idle(const Backend& backend) const;

 private:
  struct Idle;
  using ByAge = std::list<Idle>;              // oldest first
  using Stack = std::deque<ByAge::iterator>;  // of one name: newest last
  struct Idle {
    http::Connection connection;
    TimePoint since;
    Stack* stack = nullptr;
  };
  std::optional<http::Connection> take_newest(const Backend& backend, TimePoint now);
  ByAge take_surplus() REQUIRES(mutex_);  // what is beyond max_idle
  ByAge take_oldest(size_t n) REQUIRES(mutex_);

  mutable Mutex mutex_;
  PoolConfig config_ GUARDED_BY(mutex_);
  ByAge by_age_ GUARDED_BY(mutex_);
  ByAge spare_ GUARDED_BY(mutex_);  // places without a connection
  std::unordered_map<std::string, Stack> by_name_ GUARDED_BY(mutex_);
};

}  // namespace glassgate
