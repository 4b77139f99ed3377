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
  const auto found = by_name_.find(backend.name);
  if (found == by_name_.end() || found->second.empty()) return std::nullopt;
  Stack& stack = found->second;
  const ByAge::iterator newest = stack.back();
  if (now - newest->since >= config_.idle_timeout) return std::nullopt;  // the rest is older
  stack.pop_back();
  spare_.splice(spare_.begin(), by_age_, newest);
  return std::move(newest->connection);
}

void ConnectionPool::put(const Backend& backend, http::Connection connection, TimePoint now) {
  if (!connection.in.empty()) return;  // I3: closed by going out of scope
  connection.in.release();
  ByAge surplus;  // closed after unlocking
  const MutexLock lock(mutex_);
  if (spare_.empty()) spare_.emplace_back();
  const ByAge::iterator place = spare_.begin();
  Stack& stack = by_name_[backend.name];
  stack.push_back(place);  // before the list: where there is no memory for it, nothing has changed
  by_age_.splice(by_age_.end(), spare_, place);
  *place = {std::move(connection), now, &stack};
  surplus = take_surplus();
}

void ConnectionPool::prune(TimePoint now) {
  ByAge expired;  // closed after unlocking
  const MutexLock lock(mutex_);
  const auto is_fresh = [now, limit = config_.idle_timeout](const Idle& idle) { return now - idle.since < limit; };
  const auto first_fresh = std::find_if(by_age_.begin(), by_age_.end(), is_fresh);
  expired = take_oldest(static_cast<size_t>(std::distance(by_age_.begin(), first_fresh)));
  spare_.clear();
  std::erase_if(by_name_, [](const auto& entry) { return entry.second.empty(); });
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
    Stack& stack = *by_age_.front().stack;
    stack.pop_front();  // what is oldest of all is oldest of its name
    taken.splice(taken.end(), by_age_, by_age_.begin());
  }
  return taken;
}

size_t ConnectionPool::idle(const Backend& backend) const {
  const MutexLock lock(mutex_);
  const auto found = by_name_.find(backend.name);
  return found == by_name_.end() ? 0 : found->second.size();
}

}  // namespace glassgate
