#include "gateway/housekeeper.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <exception>

#include "gateway/outcome.h"

namespace glassgate {
namespace {

bool are_descriptors_used_up() {
  const int fd = ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
  if (fd >= 0) ::close(fd);
  return fd < 0;
}

}  // namespace

void Housekeeper::start() {
  thread_ = std::thread(&Housekeeper::run, this);
}

void Housekeeper::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void Housekeeper::close_later(http::Socket socket) {
  socket.shutdown_write();
  http::Socket oldest;  // closed after unlocking
  const MutexLock lock(mutex_);
  if (most_waiting_ == 0) return;
  if (closing_.size() == most_waiting_) {
    oldest = std::move(closing_.front().socket);
    closing_.pop_front();
  }
  closing_.push_back({std::move(socket), services_.clock.now() + close_delay});
}

void Housekeeper::run() {
  pthread_setname_np(pthread_self(), "housekeeper");
  for (;;) {
    {
      const MutexLock lock(mutex_);
      if (!stopping_) wake_.wait_for(mutex_, had_no_room_ ? hurry : interval_);
      if (stopping_) return;
    }
    try {
      keep_house(services_.clock.now());
    } catch (const std::exception& fault) {  // no memory, say: it is tried again after the next interval
      services_.log.fault(fault);
    }
  }
}

void Housekeeper::keep_house(TimePoint now) {
  close_due(now);
  services_.pipes.prune();
  services_.runtime.let_go_of_unused();
  const auto runtime = services_.runtime.current();
  for (const Upstream& upstream : runtime->upstreams()) look_after(upstream, now);
  had_no_room_ = are_descriptors_used_up();
  if (had_no_room_) runtime->close_some_idle();  // accept() has none for newcomers, and cannot ask
  for (const RateLimit& limit : runtime->limits()) limit.limiter->collect(now);
}

// A backend that only real traffic is watched of gets well by the passing of time, when nobody else looks.
void Housekeeper::look_after(const Upstream& upstream, TimePoint now) {
  upstream.pool->prune(now);
  for (const auto& backend : upstream.backends) log_health_change(services_, upstream.config->name, *backend);
}

void Housekeeper::close_due(TimePoint now) {
  std::deque<Closing> due;  // closed after unlocking
  const MutexLock lock(mutex_);
  while (!closing_.empty() && closing_.front().at <= now) {
    due.push_back(std::move(closing_.front()));
    closing_.pop_front();
  }
}

}  // namespace glassgate
