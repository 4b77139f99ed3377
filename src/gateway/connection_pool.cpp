#include "gateway/connection_pool.h"

#include <algorithm>
#include <iterator>

namespace glassgate {

std::optional<http::Connection> ConnectionPool::take(const Backend& backend, TimePoint now) {
  while (std::optional<http::Connection> connection = take_newest(backend, now)) {
    if (connection->socket.is_quiet()) return connection;
  }
  return std::nullopt;
}

std::optional<http::Connection> ConnectionPool::take_newest(const Backend& backend, TimePoint now) {
  const MutexLock lock(mutex_);
  const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                  [&](const Idle& idle) { return idle.backend == backend.name; });
  if (found == idle_.rend() || now - found->since >= config_.idle_timeout) return std::nullopt;  // the rest is older
  http::Connection connection = std::move(found->connection);
  idle_.erase(std::next(found).base());
  return connection;
}

void ConnectionPool::put(const Backend& backend, http::Connection connection, TimePoint now) {
  if (!connection.in.empty()) return;  // I3: closed by going out of scope
  connection.in.release();
  std::vector<Idle> surplus;  // closed after unlocking
  const MutexLock lock(mutex_);
  idle_.push_back({backend.name, std::move(connection), now});
  surplus = take_surplus();
}

void ConnectionPool::prune(TimePoint now) {
  std::vector<Idle> expired;  // closed after unlocking
  const MutexLock lock(mutex_);
  const auto is_fresh = [now, limit = config_.idle_timeout](const Idle& idle) { return now - idle.since < limit; };
  const auto first_fresh = std::find_if(idle_.begin(), idle_.end(), is_fresh);
  expired = take_oldest(static_cast<size_t>(first_fresh - idle_.begin()));
}

void ConnectionPool::close_idle(size_t n) {
  std::vector<Idle> oldest;  // closed after unlocking
  const MutexLock lock(mutex_);
  oldest = take_oldest(std::min(n, idle_.size()));
}

void ConnectionPool::set_config(PoolConfig config) {
  std::vector<Idle> surplus;  // closed after unlocking
  const MutexLock lock(mutex_);
  config_ = config;
  surplus = take_surplus();
}

std::vector<ConnectionPool::Idle> ConnectionPool::take_surplus() {
  return take_oldest(idle_.size() - std::min(idle_.size(), config_.max_idle));
}

std::vector<ConnectionPool::Idle> ConnectionPool::take_oldest(size_t n) {
  const auto end = idle_.begin() + static_cast<std::ptrdiff_t>(n);
  std::vector<Idle> taken(std::make_move_iterator(idle_.begin()), std::make_move_iterator(end));
  idle_.erase(idle_.begin(), end);
  return taken;
}

size_t ConnectionPool::idle(const Backend& backend) const {
  const MutexLock lock(mutex_);
  return static_cast<size_t>(
      std::count_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.backend == backend.name; }));
}

}  // namespace glassgate
