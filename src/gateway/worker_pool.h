// One thread a connection, kept for a while when its connection is over.
//
// Problem: a thread per connection is the plainest design there is, but starting a thread for each costs 20 to 50
// microseconds, and a queue in front of a fixed number of threads makes a connection wait for a stranger's keep-alive.
// Algorithm: a job goes to the worker that became free last (its caches are warm), else to a new worker, up to the limit. A
// worker that got nothing for `keep_for` ends.
// Guarantee: run() never blocks and never queues a job behind one that is running. Only run_when_free() waits, and is for
// callers who know that a worker is about to become free.
// Invariants:
//   I1 at most max_workers threads exist
//   I2 a job that was taken is run exactly once, also while the pool is stopping
//   I3 after stop() no thread of the pool exists any more
// Thread rule: any thread may submit; stop() is called once, by the owner.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"

namespace glassgate {

class WorkerPool {
 public:
  using Job = std::function<void()>;
  static constexpr Duration keep_for = std::chrono::seconds(10);

  explicit WorkerPool(size_t max_workers) : max_workers_(max_workers) {}
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False when every worker is busy and no more may be started, or none can be.
  bool run(Job job);
  void run_when_free(Job job);
  void stop();

  size_t workers() const;
  size_t busy() const;

 private:
  struct Worker {
    std::thread thread;
    CondVar wake;
    Job job;  // set by run() under the pool's lock, taken by the worker
  };
  using Workers = std::list<Worker>;

  void work(Workers::iterator self, int number);
  bool wait_for_job(Workers::iterator self, Job& job);
  bool hand_over(Job& job) REQUIRES(mutex_);
  bool start_worker(Job& job) REQUIRES(mutex_);
  void join_ended() EXCLUDES(mutex_);

  const size_t max_workers_;
  mutable Mutex mutex_;
  CondVar one_ended_;
  Workers workers_ GUARDED_BY(mutex_);
  std::list<Workers::iterator> free_ GUARDED_BY(mutex_);  // most recently freed last
  Workers ended_ GUARDED_BY(mutex_);                      // to be joined
  std::deque<Job> waiting_ GUARDED_BY(mutex_);            // from run_when_free()
  int started_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace glassgate
