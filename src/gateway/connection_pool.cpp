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
  const auto found =
      std::find_if(idle_.rbegin(), idle_.rend(), [&](const Idle& idle) { return idle.backend == &backend; });
  if (found == idle_.rend() || now - found->since >= config_.idle_timeout) return std::nullopt;  // the rest is older
  http::Connection connection = std::move(found->connection);
  idle_.erase(std::next(found).base());
  return connection;
}

void ConnectionPool::put(const Backend& backend, http::Connection connection, TimePoint now) {
  if (!connection.in.empty()) return;  // I3: closed by going out of scope
  connection.in.release();
  http::Connection oldest;  // closed after unlocking
  const MutexLock lock(mutex_);
  if (config_.max_idle == 0) {
    oldest = std::move(connection);
    return;
  }
  if (idle_.size() >= config_.max_idle) {
    oldest = std::move(idle_.front().connection);
    idle_.erase(idle_.begin());
  }
  idle_.push_back({&backend, std::move(connection), now});
}

void ConnectionPool::prune(TimePoint now) {
  std::vector<Idle> expired;  // closed after unlocking
  const MutexLock lock(mutex_);
  const auto first_fresh =
      std::find_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return now - idle.since < config_.idle_timeout; });
  expired.assign(std::make_move_iterator(idle_.begin()), std::make_move_iterator(first_fresh));
  idle_.erase(idle_.begin(), first_fresh);
  while (idle_.size() > config_.max_idle) {
    expired.push_back(std::move(idle_.front()));
    idle_.erase(idle_.begin());
  }
}

void ConnectionPool::set_config(PoolConfig config) {
  const MutexLock lock(mutex_);
  config_ = config;
}

size_t ConnectionPool::idle(const Backend& backend) const {
  const MutexLock lock(mutex_);
  return static_cast<size_t>(
      std::count_if(idle_.begin(), idle_.end(), [&](const Idle& idle) { return idle.backend == &backend; }));
}

}  // namespace glassgate
