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
  const auto behind = by_name_.upper_bound(backend.name);
  if (behind == by_name_.begin()) return std::nullopt;
  const auto newest = std::prev(behind);
  if (newest->first != backend.name) return std::nullopt;
  const ByAge::iterator idle = newest->second;
  if (now - idle->since >= config_.idle_timeout) return std::nullopt;  // the rest is older
  http::Connection connection = std::move(idle->connection);
  by_age_.erase(idle);
  by_name_.erase(newest);
  return connection;
}

void ConnectionPool::put(const Backend& backend, http::Connection connection, TimePoint now) {
  if (!connection.in.empty()) return;  // I3: closed by going out of scope
  connection.in.release();
  ByAge surplus;  // closed after unlocking
  const MutexLock lock(mutex_);
  ByAge entry;  // by itself: where there is no memory for the index, it must not be in the list either
  entry.push_back({std::move(connection), now, {}});
  entry.front().place = by_name_.emplace(backend.name, entry.begin());  // behind its equals
  by_age_.splice(by_age_.end(), entry);
  surplus = take_surplus();
}

void ConnectionPool::prune(TimePoint now) {
  ByAge expired;  // closed after unlocking
  const MutexLock lock(mutex_);
  const auto is_fresh = [now, limit = config_.idle_timeout](const Idle& idle) { return now - idle.since < limit; };
  const auto first_fresh = std::find_if(by_age_.begin(), by_age_.end(), is_fresh);
  expired = take_oldest(static_cast<size_t>(std::distance(by_age_.begin(), first_fresh)));
}

void ConnectionPool::close_idle(size_t n) {
  ByAge oldest;  // closed after unlocking
  const MutexLock lock(mutex_);
  oldest = take_oldest(std::min(n, by_age_.size()));
}

void ConnectionPool::set_config(PoolConfig config) {
  ByAge surplus;  // closed after unlocking
  const MutexLock lock(mutex_);
  config_ = config;
  surplus = take_surplus();
}

ConnectionPool::ByAge ConnectionPool::take_surplus() {
  return take_oldest(by_age_.size() - std::min(by_age_.size(), config_.max_idle));
}

ConnectionPool::ByAge ConnectionPool::take_oldest(size_t n) {
  ByAge taken;
  for (; n > 0; --n) {
    by_name_.erase(by_age_.front().place);
    taken.splice(taken.end(), by_age_, by_age_.begin());
  }
  return taken;
}

size_t ConnectionPool::idle(const Backend& backend) const {
  const MutexLock lock(mutex_);
  return by_name_.count(backend.name);
}

}  // namespace glassgate
