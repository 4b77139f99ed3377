#include "gateway/client_connection.h"

#include <functional>
#include <queue>
#include <utility>
#include <vector>

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
  return !ended_idle_;
}

// It may have been read already, by a thread that has not come as far as mark_busy(). But the kernel has counted it.
bool ClientConnection::has_request_begun() const {
  const uint64_t known = expendable_ ? wire.socket.bytes_received() : received_at_idle_.load();
  return wire.socket.bytes_arrived() > known;
}

bool ClientConnection::end_idle() {
  const MutexLock lock(mutex_);
  int64_t idle_since = idle_since_;
  if (idle_since <= claimed || !idle_since_.compare_exchange_strong(idle_since, claimed)) return false;
  ended_idle_ = !has_request_begun();
  if (ended_idle_) {
    ending_ = true;
    wire.socket.shutdown_read();
  } else {
    int64_t still = claimed;
    idle_since_.compare_exchange_strong(still, idle_since);  // unless its thread has gone on meanwhile
  }
  return ended_idle_;
}

void ClientConnection::cut() {
  const MutexLock lock(mutex_);
  ending_ = cut_ = true;
  if (answer_ == Answer::ends_with_connection) {
    wire.socket.abort();  // its client would take a clean end for the answer's
  } else {
    wire.socket.shutdown_both();
  }
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

// Each is looked at once: there may be thousands, and others want the lock.
bool ConnectionRegistry::close_longest_idle() {
  using IdleSince = std::pair<int64_t, ClientConnection*>;
  std::priority_queue<IdleSince, std::vector<IdleSince>, std::greater<>> longest_first;
  const MutexLock lock(mutex_);
  for (ClientConnection* connection : connections_) {
    const int64_t since = connection->idle_since_;
    if (since > ClientConnection::claimed) longest_first.emplace(since, connection);
  }
  if (longest_first.empty()) return false;
  ClientConnection* const longest = longest_first.top().second;
  for (; !longest_first.empty(); longest_first.pop()) {
    if (longest_first.top().second->end_idle()) return true;
  }
  longest->ending_ = true;  // a request has begun on each: this one's is to be its last
  return false;
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
    if (connection->idle_since_ == ClientConnection::busy && connection->answer_ != ClientConnection::Answer::over)
      ++unanswered;
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
