#include "gateway/worker_pool.h"

#include <pthread.h>

#include <iterator>
#include <string>
#include <system_error>
#include <utility>

namespace glassgate {
namespace {

void name_this_thread(int number) {
  pthread_setname_np(pthread_self(), ("conn-" + std::to_string(number)).c_str());
}

}  // namespace

bool WorkerPool::run(Job job) {
  join_ended();
  const MutexLock lock(mutex_);
  return hand_over(job);
}

void WorkerPool::run_when_free(Job job) {
  const MutexLock lock(mutex_);
  if (!hand_over(job)) waiting_.push_back(std::move(job));
}

// Leaves `job` as it is when there is nobody to take it.
bool WorkerPool::hand_over(Job& job) {
  if (free_.empty()) return workers_.size() < max_workers_ && !stopping_ && start_worker(job);
  const Workers::iterator worker = free_.back();
  free_.pop_back();
  worker->job = std::move(job);
  worker->wake.notify_one();
  return true;
}

bool WorkerPool::start_worker(Job& job) {
  workers_.emplace_back();
  const Workers::iterator self = std::prev(workers_.end());
  try {
    self->thread = std::thread(&WorkerPool::work, this, self, ++started_);
    self->job = std::move(job);  // the new thread looks at it only under the lock, which is held here
    return true;
  } catch (const std::system_error&) {  // no thread to be had
    workers_.erase(self);
    return false;
  }
}

void WorkerPool::work(Workers::iterator self, int number) {
  name_this_thread(number);
  Job job;
  while (wait_for_job(self, job)) {
    job();
    job = nullptr;
  }
}

// Returns false when the worker has moved itself to `ended_` and has to go.
bool WorkerPool::wait_for_job(Workers::iterator self, Job& job) {
  const MutexLock lock(mutex_);
  if (!self->job && !waiting_.empty()) {
    self->job = std::move(waiting_.front());
    waiting_.pop_front();
  }
  if (!self->job && !stopping_) {
    free_.push_back(self);
    bool in_time = true;
    while (!self->job && !stopping_ && in_time) in_time = self->wake.wait_for(mutex_, keep_for);
    if (!self->job) free_.remove(self);
  }
  if (self->job) {
    job = std::exchange(self->job, nullptr);
    return true;
  }
  ended_.splice(ended_.end(), workers_, self);
  one_ended_.notify_all();
  return false;
}

// Their threads have nothing left to do but return.
void WorkerPool::join_ended() {
  Workers ended;
  {
    const MutexLock lock(mutex_);
    ended.swap(ended_);
  }
  for (Worker& worker : ended) worker.thread.join();
}

void WorkerPool::stop() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    for (Worker& worker : workers_) worker.wake.notify_one();
    while (!workers_.empty()) one_ended_.wait(mutex_);
  }
  join_ended();
}

size_t WorkerPool::workers() const {
  const MutexLock lock(mutex_);
  return workers_.size();
}

size_t WorkerPool::busy() const {
  const MutexLock lock(mutex_);
  return workers_.size() - free_.size();
}

}  // namespace glassgate
