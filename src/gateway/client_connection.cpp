#include "gateway/client_connection.h"

#include <limits>

namespace glassgate {

void ClientConnection::set_upstream(const http::Socket* upstream) {
  if (upstream == nullptr && !has_upstream_) return;
  has_upstream_ = upstream != nullptr;
  const MutexLock lock(mutex_);
  upstream_ = upstream;
  if (upstream_ != nullptr && cut_) upstream_->shutdown_both();
}

void ClientConnection::mark_idle(TimePoint now) {
  received_at_idle_ = wire.socket.bytes_received();
  idle_since_ = now.time_since_epoch().count();
}

void ClientConnection::mark_expendable(TimePoint now) {
  expendable_ = true;
  mark_idle(now);
}

bool ClientConnection::mark_busy() {
  if (idle_since_.exchange(busy) != claimed) return true;
  const MutexLock lock(mutex_);  // whoever claims it is about to decide
  return !ended_;
}

// It may have been read already, by a thread that has not come as far as mark_busy(). But the kernel has counted it.
bool ClientConnection::has_request_begun() const {
  const uint64_t known = expendable_ ? wire.socket.bytes_received() : received_at_idle_.load();
  return wire.socket.bytes_arrived() > known;
}

bool ClientConnection::end_idle() {
  const MutexLock lock(mutex_);
  int64_t idle_since = idle_since_;
  ending_ = true;  // first, so that the answer to a request that is faster says so
  if (idle_since <= claimed || !idle_since_.compare_exchange_strong(idle_since, claimed)) return false;
  ended_ = !has_request_begun();
  if (ended_) {
    wire.socket.shutdown_read();
  } else {
    int64_t still = claimed;
    idle_since_.compare_exchange_strong(still, idle_since);  // unless its thread has gone on meanwhile
  }
  return ended_;
}

// Its thread has yet to read what has come, and perhaps waits for more after that: it may be ended the next time.
void ClientConnection::stay_expendable() {
  const MutexLock lock(mutex_);
  if (!ended_ && !cut_) ending_ = false;
}

void ClientConnection::cut() {
  const MutexLock lock(mutex_);
  ending_ = cut_ = true;
  wire.socket.shutdown_both();
  if (upstream_ != nullptr) upstream_->shutdown_both();
}

void ConnectionRegistry::add(ClientConnection& connection) {
  const MutexLock lock(mutex_);
  connections_.insert(&connection);
  if (cutting_) connection.cut();
}

void ConnectionRegistry::remove(ClientConnection& connection) {
  const MutexLock lock(mutex_);
  connections_.erase(&connection);
}

ClientConnection* ConnectionRegistry::longest_idle() const {
  ClientConnection* longest = nullptr;
  int64_t since = std::numeric_limits<int64_t>::max();
  for (ClientConnection* connection : connections_) {
    const int64_t idle_since = connection->idle_since_;
    if (idle_since <= ClientConnection::claimed || connection->ending_ || idle_since >= since) continue;
    longest = connection;
    since = idle_since;
  }
  return longest;
}

bool ConnectionRegistry::close_longest_idle() {
  const MutexLock lock(mutex_);
  ClientConnection* longest = longest_idle();
  while (longest != nullptr && !longest->end_idle()) longest = longest_idle();
  for (ClientConnection* connection : connections_) {
    if (connection->expendable_ && connection->ending_) connection->stay_expendable();
  }
  return longest != nullptr;
}

void ConnectionRegistry::close_idle_since(TimePoint moment) {
  const MutexLock lock(mutex_);
  const int64_t latest = moment.time_since_epoch().count();
  for (ClientConnection* connection : connections_) {
    if (connection->is_idle() && connection->idle_since_ <= latest) connection->end_idle();
  }
}

size_t ConnectionRegistry::cut_all() {
  const MutexLock lock(mutex_);
  cutting_ = true;
  size_t unanswered = 0;
  for (ClientConnection* connection : connections_) {
    if (connection->idle_since_ == ClientConnection::busy && !connection->answered_) ++unanswered;
    connection->cut();
  }
  return unanswered;
}

size_t ConnectionRegistry::size() const {
  const MutexLock lock(mutex_);
  return connections_.size();
}

size_t ConnectionRegistry::idle() const {
  const MutexLock lock(mutex_);
  size_t count = 0;
  for (const ClientConnection* connection : connections_) count += connection->is_idle() ? 1 : 0;
  return count;
}

}  // namespace glassgate
