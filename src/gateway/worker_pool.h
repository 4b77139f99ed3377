// One thread a connection, kept for a while when its connection is over.
//
// Problem: a thread per connection is the plainest design there is, but starting a thread for each costs 20 to 50
// microseconds, and a queue in front of a fixed number of threads makes a connection wait for a stranger's
// keep-alive.
// Algorithm: a job goes to the worker that became free last (its caches are warm), else to a new worker, up to the
// limit. A worker that got nothing for `keep_for` ends. Who becomes free lets others run before it goes to sleep, and
// so does who brings many jobs: under load, the next job is then there before anybody has to be woken (base/yield.h).
// Guarantee: neither run() nor run_when_free() blocks. run() never queues a job behind one that is running;
// run_when_free() does, and is for callers who know that a worker is about to become free.
// Invariants:
//   I1 at most max_workers workers exist
//   I2 a job that was taken is run exactly once, also while the pool is stopping; one that was not taken is never run
//   I3 after stop() no thread of the pool exists any more
// Thread rule: any thread may submit; stop() is for the owner.
// Errors: no memory and no thread are "not taken", not exceptions. A job must not throw.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <thread>

#include "base/clock.h"
#include "base/mutex.h"
#include "base/yield.h"

namespace glassgate {

class WorkerPool {
 public:
  using Job = std::function<void()>;
  static constexpr Duration usual_keep_for = std::chrono::seconds(10);

  // Its threads are called `name`-1, `name`-2, ... `kept` of them stay, however long there is no work. Without `yield`
  // nobody lets others run.
  explicit WorkerPool(size_t max_workers, Duration keep_for = usual_keep_for, const char* name = "conn",
                      size_t kept = 0, Yield* yield = nullptr)
      : max_workers_(max_workers), keep_for_(keep_for), name_(name), kept_(kept), yield_(yield) {}
  ~WorkerPool() { stop(); }
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // False when every worker is busy and no more may be started, or none can be.
  bool run(Job job);
  // False when there is no worker that could become free.
  bool run_when_free(Job job);
  // For who brings one job after the other: now and then, so that workers come to an end and are found free and awake.
  void let_others_run() const;
  // True when no job is running or waiting; false when the time passed first.
  bool wait_until_idle(Duration timeout);
  // Waits for the jobs that were taken, also while it waits; starts no worker any more.
  void stop();

  size_t workers() const;
  size_t busy() const;

 private:
  struct Worker {
    std::thread thread;
    CondVar wake;
    Job job;  // set by run() under the pool's lock, taken by the worker
    // The worker's entry of `free_`, made with it: to become free must not need memory.
    std::list<std::list<Worker>::iterator> entry;
  };
  using Workers = std::list<Worker>;

  void work(Workers::iterator self, unsigned number);
  Job next_job(Workers::iterator self, Workers& ended_before);
  void wait_for_job(Workers::iterator self) REQUIRES(mutex_);
  bool hand_over(Job& job) REQUIRES(mutex_);
  bool start_worker(Job& job) REQUIRES(mutex_);
  bool is_idle() const REQUIRES(mutex_) { return waiting_.empty() && free_.size() == workers_.size(); }

  const size_t max_workers_;
  const Duration keep_for_;
  const char* const name_;
  const size_t kept_;
  Yield* const yield_;
  mutable Mutex mutex_;
  CondVar one_less_busy_;
  Workers workers_ GUARDED_BY(mutex_);
  std::list<Workers::iterator> free_ GUARDED_BY(mutex_);  // most recently freed last
  Workers ended_ GUARDED_BY(mutex_);                      // to be joined, by the next one that ends
  std::deque<Job> waiting_ GUARDED_BY(mutex_);            // from run_when_free()
  unsigned started_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
};

}  // namespace glassgate
