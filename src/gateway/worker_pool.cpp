#include "gateway/worker_pool.h"

#include <pthread.h>

#include <exception>
#include <iterator>
#include <string>
#include <utility>

namespace glassgate {
namespace {

void name_this_thread(const char* name, unsigned number) {
  pthread_setname_np(pthread_self(), (std::string(name) + "-" + std::to_string(number)).c_str());
}

}  // namespace

bool WorkerPool::run(Job job) {
  const MutexLock lock(mutex_);
  return hand_over(job);
}

// Whoever is in workers_ looks at waiting_ once more before it ends.
bool WorkerPool::run_when_free(Job job) {
  const MutexLock lock(mutex_);
  if (hand_over(job)) return true;
  if (workers_.empty()) return false;
  waiting_.push_back(std::move(job));
  return true;
}

void WorkerPool::let_others_run() const {
  if (yield_ != nullptr) yield_->before_wait();
}

// Leaves `job` as it is when there is nobody to take it.
bool WorkerPool::hand_over(Job& job) {
  if (free_.empty()) return workers_.size() < max_workers_ && !stopping_ && start_worker(job);
  const Workers::iterator worker = free_.back();
  worker->entry.splice(worker->entry.begin(), free_, std::prev(free_.end()));
  worker->job = std::move(job);
  worker->wake.notify_one();
  return true;
}

bool WorkerPool::start_worker(Job& job) {
  const size_t before = workers_.size();
  try {
    workers_.emplace_back();
    const Workers::iterator self = std::prev(workers_.end());
    self->entry.push_back(self);
    self->thread = std::thread(&WorkerPool::work, this, self, ++started_);
    self->job = std::move(job);  // the new thread looks at it only under the lock, which is held here
    return true;
  } catch (const std::exception&) {  // no memory, or no thread to be had
    if (workers_.size() > before) workers_.pop_back();
    return false;
  }
}

void WorkerPool::work(Workers::iterator self, unsigned number) {
  name_this_thread(name_, number);
  Workers ended_before;
  while (Job job = next_job(self, ended_before)) job();
  for (Worker& worker : ended_before) worker.thread.join();  // they have nothing left to do but return
}

// Empty: the worker has moved itself to `ended_` and has to go. In one step with looking for a job, so that nobody
// counts on it in between.
WorkerPool::Job WorkerPool::next_job(Workers::iterator self, Workers& ended_before) {
  const MutexLock lock(mutex_);
  if (!self->job && !waiting_.empty()) {
    self->job = std::move(waiting_.front());
    waiting_.pop_front();
  }
  if (!self->job) wait_for_job(self);
  if (!self->job) {
    ended_before.swap(ended_);
    ended_.splice(ended_.end(), workers_, self);
    one_less_busy_.notify_all();
  }
  return std::exchange(self->job, nullptr);
}

void WorkerPool::wait_for_job(Workers::iterator self) {
  const auto entry = self->entry.begin();
  free_.splice(free_.end(), self->entry);
  one_less_busy_.notify_all();
  mutex_.unlock();  // who brings a job must not wait for somebody's turn. It wakes nobody then, so look before sleeping
  let_others_run();
  mutex_.lock();
  bool in_time = true;
  while (!self->job && !stopping_ && (in_time || workers_.size() <= kept_)) {
    in_time = self->wake.wait_for(mutex_, keep_for_);
  }
  if (!self->job) self->entry.splice(self->entry.begin(), free_, entry);  // else whoever brought the job has done so
}

bool WorkerPool::wait_until_idle(Duration timeout) {
  const TimePoint deadline = std::chrono::steady_clock::now() + timeout;
  const MutexLock lock(mutex_);
  while (!is_idle()) {
    const Duration left = deadline - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) return false;
    one_less_busy_.wait_for(mutex_, left);
  }
  return true;
}

void WorkerPool::stop() {
  Workers ended;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    for (Worker& worker : workers_) worker.wake.notify_one();
    while (!workers_.empty()) one_less_busy_.wait(mutex_);
    ended.swap(ended_);
  }
  for (Worker& worker : ended) worker.thread.join();
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
