// Threads that work for a test: one that throws fails the test that waits for it, and does not end the program.
#pragma once

#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace glassgate::test {

class Threads {
 public:
  Threads() = default;
  // Waits, too; when the test itself has thrown, that is what it fails with.
  ~Threads() { wait(); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

  template <typename Work>
  void start(Work work) {
    threads_.emplace_back([this, work = std::move(work)]() mutable {
      try {
        work();
      } catch (...) {
        keep(std::current_exception());
      }
    });
  }

  // Waits for all of them. Throws what the first of them has thrown.
  void join() {
    wait();
    if (first_) std::rethrow_exception(std::exchange(first_, nullptr));
  }

 private:
  void wait() {
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  void keep(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!first_) first_ = std::move(error);
  }

  std::mutex mutex_;
  std::exception_ptr first_;
  std::vector<std::thread> threads_;
};

}  // namespace glassgate::test
