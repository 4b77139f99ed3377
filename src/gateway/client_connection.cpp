#include "gateway/client_connection.h"

#include <limits>

namespace glassgate {

void ClientConnection::set_upstream(const http::Socket* upstream) {
  const MutexLock lock(mutex_);
  upstream_ = upstream;
}

void ConnectionRegistry::add(ClientConnection& connection) {
  const MutexLock lock(mutex_);
  connections_.insert(&connection);
}

void ConnectionRegistry::remove(ClientConnection& connection) {
  const MutexLock lock(mutex_);
  connections_.erase(&connection);
  if (connections_.empty()) emptied_.notify_all();
}

void ConnectionRegistry::end(ClientConnection& connection) {
  connection.ending_ = true;
  connection.wire.socket.shutdown_read();
}

bool ConnectionRegistry::close_longest_idle() {
  const MutexLock lock(mutex_);
  ClientConnection* longest = nullptr;
  int64_t since = std::numeric_limits<int64_t>::max();
  for (ClientConnection* connection : connections_) {
    const int64_t idle_since = connection->idle_since_;
    if (idle_since == ClientConnection::busy || connection->ending_ || idle_since >= since) continue;
    longest = connection;
    since = idle_since;
  }
  if (longest == nullptr) return false;
  end(*longest);
  return true;
}

void ConnectionRegistry::close_all_idle() {
  const MutexLock lock(mutex_);
  for (ClientConnection* connection : connections_) {
    if (connection->is_idle()) end(*connection);
  }
}

size_t ConnectionRegistry::cut_all() {
  const MutexLock lock(mutex_);
  size_t serving = 0;
  for (ClientConnection* connection : connections_) {
    if (!connection->is_idle()) ++serving;
    connection->ending_ = connection->cut_ = true;
    connection->wire.socket.shutdown_both();
    const MutexLock upstream_lock(connection->mutex_);
    if (connection->upstream_ != nullptr) connection->upstream_->shutdown_both();
  }
  return serving;
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

bool ConnectionRegistry::wait_until_empty(Duration timeout) {
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  const MutexLock lock(mutex_);
  while (!connections_.empty()) {
    const Duration left = deadline - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) return false;
    emptied_.wait_for(mutex_, left);
  }
  return true;
}

}  // namespace glassgate
