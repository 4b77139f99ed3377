#include "gateway/client_connection.h"

#include <sys/socket.h>

#include <limits>

namespace glassgate {
namespace {

bool has_bytes_waiting(const http::Socket& socket) {
  char byte = 0;
  return ::recv(socket.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0;
}

}  // namespace

void ClientConnection::set_upstream(const http::Socket* upstream) {
  const MutexLock lock(mutex_);
  upstream_ = upstream;
  if (upstream_ != nullptr && cut_) upstream_->shutdown_both();
}

bool ClientConnection::mark_busy() {
  return idle_since_.exchange(busy) != claimed;
}

bool ClientConnection::end_idle() {
  int64_t idle_since = idle_since_;
  ending_ = true;  // first, so that the answer to a request that is faster says so
  if (has_bytes_waiting(wire.socket)) return false;
  if (idle_since <= claimed || !idle_since_.compare_exchange_strong(idle_since, claimed)) return false;
  wire.socket.shutdown_read();
  return true;
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
  while (ClientConnection* longest = longest_idle()) {
    if (longest->end_idle()) return true;
  }
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
  size_t serving = 0;
  for (ClientConnection* connection : connections_) {
    if (connection->idle_since_ == ClientConnection::busy) ++serving;
    connection->cut();
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

}  // namespace glassgate
