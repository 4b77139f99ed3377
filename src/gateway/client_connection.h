// The clients that are connected right now, and the way to end a connection whose thread is waiting.
//
// Problem: a worker blocks in recv() when its connection is wanted for somebody else, or when the gateway stops.
// Algorithm: every connection registers. Ending one means shutdown() on its socket, which wakes its thread; only the thread
// itself closes the descriptor, after it left the registry, so that nobody ever shuts down a descriptor that has a new owner.
// Guarantee: closing an idle connection never cuts a request: a request that has arrived in the same moment is still served,
// with `Connection: close`.
// Invariants:
//   I1 a connection is idle from mark_idle() to mark_busy(), and only then can close_longest_idle() choose it
//   I2 a connection is chosen at most once
// Thread rule: the registry is locked; marking a connection idle or busy is one atomic store and takes no lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <unordered_set>

#include "base/ip_address.h"
#include "base/mutex.h"
#include "http/connection.h"

namespace glassgate {

class ClientConnection {
 public:
  ClientConnection(http::Socket socket, IpAddress peer_address) : wire(std::move(socket)), peer(peer_address) {}

  http::Connection wire;
  const IpAddress peer;

  void mark_idle(TimePoint now) { idle_since_ = now.time_since_epoch().count(); }
  void mark_busy() { idle_since_ = busy; }
  bool is_idle() const { return idle_since_ != busy; }
  // Somebody wants this connection to end after the request that it may be serving.
  bool is_ending() const { return ending_; }
  // Somebody has cut it: there is nobody left to answer.
  bool is_cut() const { return cut_; }

  // The backend's socket that this connection's thread may be waiting on, or nullptr; so that cutting wakes it there, too.
  void set_upstream(const http::Socket* upstream);

 private:
  friend class ConnectionRegistry;
  static constexpr int64_t busy = 0;

  std::atomic<int64_t> idle_since_{busy};
  std::atomic<bool> ending_{false};
  std::atomic<bool> cut_{false};
  Mutex mutex_;
  const http::Socket* upstream_ GUARDED_BY(mutex_) = nullptr;
};

class ConnectionRegistry {
 public:
  void add(ClientConnection& connection);
  void remove(ClientConnection& connection);

  // Ends the connection that has been idle for longest. False when none is idle.
  bool close_longest_idle();
  void close_all_idle();
  // Cuts all that are left, whatever they are doing. The number of those that were serving a request.
  size_t cut_all();

  size_t size() const;
  size_t idle() const;
  // True when the last one has gone; false when the time passed first.
  bool wait_until_empty(Duration timeout);

 private:
  static void end(ClientConnection& connection);

  mutable Mutex mutex_;
  CondVar emptied_;
  std::unordered_set<ClientConnection*> connections_ GUARDED_BY(mutex_);
};

}  // namespace glassgate
