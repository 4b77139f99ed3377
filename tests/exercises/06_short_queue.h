// Exercise 6.2 begins here: a queue in front of a pool of workers, of which at most so many may be in.
#pragma once

#include <atomic>

#include "gateway/worker_pool.h"

namespace glassgate::exercises {

class ShortQueue {
 public:
  ShortQueue(WorkerPool& pool, size_t most_waiting) : pool_(pool), most_waiting_(most_waiting) {}

  // False when no worker is free, no more may be started, and the queue is full.
  bool run(const WorkerPool::Job& job) {
    return pool_.run(job) || pool_.run_when_free(job);  // yours: a queue without an end
  }
  size_t most_waiting() const { return most_waiting_; }

 private:
  WorkerPool& pool_;
  const size_t most_waiting_;
};

}  // namespace glassgate::exercises
