// The clients that are connected right now, and the way to end a connection whose thread is waiting.
//
// Problem: a worker blocks in recv() when its connection is wanted for somebody else, or when the gateway stops.
// Algorithm: every connection registers. Ending one means shutdown() on its socket, which wakes its thread; only the
// thread itself closes the descriptor, after it left the registry, so that nobody ever shuts down a descriptor that
// has a new owner. Whoever wants an idle connection to end claims it first, and then asks the kernel how many bytes
// have arrived: more than were read before it was idle means that a request has begun, and the claim is withdrawn.
// Guarantee: a request that has begun to arrive when its connection is looked at is served. One that comes an instant
// later finds the connection closed without a byte of answer, as RFC 9112 section 9.5 warns that it may.
// Invariants:
//   I1 a connection is idle from mark_idle() to mark_busy(), and only then can it be claimed
//   I2 a connection is ended at most once, and never with a byte of a request that had arrived when it was claimed,
//      unless it is expendable
//   I3 after cut_all() nothing waits for a peer any more: neither a connection that is added later nor a backend's
//      socket that is named later escapes
// Thread rule: the registry is locked; marking a connection idle or busy takes no lock (but its own, where somebody has
// claimed it). As long as a connection is registered, its socket stays open and in its place.
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
  ClientConnection(http::Socket socket, IpAddress peer_address)
      : wire(std::move(socket)), peer(peer_address), peer_text(peer.text()) {}

  // To the last request. When it is over, its client has got all of it that it will get: what follows, the rest of a
  // body or a clean end, is no request any more.
  enum class Answer : uint8_t { owed, ends_with_connection, over };

  http::Connection wire;
  const IpAddress peer;
  const std::string peer_text;      // every request says it: to its backend, in the log, to the limiter
  Duration idle_timeout{};          // as configured when its last request started; its thread's alone
  bool has_answers_before = false;  // whole ones, on their way to the client or there; its thread's alone

  void mark_idle(TimePoint now);
  // The same for a connection that may be ended also with a part of a request: what has been read of it is no reason
  // to keep it.
  void mark_expendable(TimePoint now);
  // False when the connection has been ended meanwhile, whatever has been read from it.
  bool mark_busy();
  bool is_idle() const { return idle_since_ > claimed; }
  // Whoever says that it ends with the connection asks then whether it is_cut(): the cut may not have known.
  void set_answer(Answer answer) { answer_ = answer; }
  // Somebody wants this connection to end after the request that it may be serving.
  bool is_ending() const { return ending_; }
  // Somebody has cut it: there is nobody left to answer.
  bool is_cut() const { return cut_; }

  // The backend's socket that this connection's thread may be waiting on, or nullptr; so that cutting wakes it there,
  // too.
  void set_upstream(const http::Socket* upstream);

 private:
  friend class ConnectionRegistry;
  static constexpr int64_t busy = 0;
  static constexpr int64_t claimed = 1;

  // False when a request was faster.
  bool end_idle();
  bool has_request_begun() const;
  void cut();

  std::atomic<int64_t> idle_since_{busy};  // or claimed, or the time in nanoseconds
  std::atomic<bool> expendable_{false};
  std::atomic<uint64_t> received_at_idle_{0};  // bytes, from the client
  std::atomic<bool> ending_{false};
  std::atomic<bool> cut_{false};
  std::atomic<Answer> answer_{Answer::owed};
  Mutex mutex_;
  bool ended_idle_ GUARDED_BY(mutex_) = false;
  const http::Socket* upstream_ GUARDED_BY(mutex_) = nullptr;
  bool has_upstream_ = false;  // the same, for the connection's own thread to know without the lock
};

class ConnectionRegistry {
 public:
  void add(ClientConnection& connection);
  void remove(ClientConnection& connection);

  // Ends the connection that has been idle for longest. False when none is idle, or a request has begun on each; then
  // the answer on one of them is to be its last, so that there is room soon.
  bool close_longest_idle();
  // Ends all that have been idle since `moment` or longer.
  void close_idle_since(TimePoint moment);
  // Cuts all that are left, whatever they are doing, and all that come later. The number of those whose request was
  // still to be answered.
  size_t cut_all();

  size_t size() const;
  size_t idle() const;

 private:
  mutable Mutex mutex_;
  std::unordered_set<ClientConnection*> connections_ GUARDED_BY(mutex_);
  bool cutting_ GUARDED_BY(mutex_) = false;
};

// In the registry from here to the end of the scope.
class Registration {
 public:
  Registration(ConnectionRegistry& registry, ClientConnection& client) : registry_(registry), client_(client) {
    registry_.add(client_);
  }
  ~Registration() { registry_.remove(client_); }
  Registration(const Registration&) = delete;
  Registration& operator=(const Registration&) = delete;

 private:
  ConnectionRegistry& registry_;
  ClientConnection& client_;
};

}  // namespace glassgate
