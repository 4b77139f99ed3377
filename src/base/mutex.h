// Mutexes that the compiler can check.
//
// Problem: "this member is guarded by that lock" is a comment that nobody enforces.
// Guarantee: members marked GUARDED_BY and functions marked REQUIRES are checked by clang's thread-safety analysis
// (`make lint`); with other compilers the marks vanish. These are the project's only macros.
//
// Source: https://clang.llvm.org/docs/ThreadSafetyAnalysis.html
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

#if defined(__clang__)
#define GLASSGATE_THREAD_ANNOTATION(x) __attribute__((x))
#else
#define GLASSGATE_THREAD_ANNOTATION(x)
#endif

#define CAPABILITY(x) GLASSGATE_THREAD_ANNOTATION(capability(x))
#define SCOPED_CAPABILITY GLASSGATE_THREAD_ANNOTATION(scoped_lockable)
#define GUARDED_BY(x) GLASSGATE_THREAD_ANNOTATION(guarded_by(x))
#define REQUIRES(...) GLASSGATE_THREAD_ANNOTATION(requires_capability(__VA_ARGS__))
#define EXCLUDES(...) GLASSGATE_THREAD_ANNOTATION(locks_excluded(__VA_ARGS__))
#define ACQUIRE(...) GLASSGATE_THREAD_ANNOTATION(acquire_capability(__VA_ARGS__))
#define RELEASE(...) GLASSGATE_THREAD_ANNOTATION(release_capability(__VA_ARGS__))

namespace glassgate {

class CAPABILITY("mutex") Mutex {
 public:
  void lock() ACQUIRE() { mutex_.lock(); }
  void unlock() RELEASE() { mutex_.unlock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a Mutex from here to the end of the scope.
class SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// A condition variable that is waited for while a Mutex is held. Waits may end early: always wait in a loop.
class CondVar {
 public:
  void wait(Mutex& mutex) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }

  // False when `timeout` passed first.
  bool wait_for(Mutex& mutex, std::chrono::nanoseconds timeout) REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const std::cv_status status = condition_.wait_for(lock, timeout);
    lock.release();
    return status == std::cv_status::no_timeout;
  }

  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace glassgate
