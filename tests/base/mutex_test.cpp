#include "base/mutex.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace glassgate {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a lock holds until the end of its scope, and excludes everybody else") {
  struct Shared {
    Mutex mutex;
    int count GUARDED_BY(mutex) = 0;
  } shared;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&shared] {
      for (int n = 0; n < 10000; ++n) {
        const MutexLock lock(shared.mutex);
        shared.count = shared.count + 1;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const MutexLock lock(shared.mutex);
  CHECK(shared.count == 40000);
}

struct Box {
  Mutex mutex;
  CondVar changed;
  bool full GUARDED_BY(mutex) = false;
  bool taken GUARDED_BY(mutex) = false;

  void wait_until_full() {
    const MutexLock lock(mutex);
    while (!full) changed.wait(mutex);
    taken = true;  // the lock is held again after a wait
    changed.notify_one();
  }
  void fill() {
    const MutexLock lock(mutex);
    full = true;
    changed.notify_all();
  }
  void wait_until_taken() {
    const MutexLock lock(mutex);
    while (!taken) changed.wait(mutex);
  }
};

TEST_CASE("a wait gives the lock up, and has it again when it ends") {
  Box box;
  std::thread waiter(&Box::wait_until_full, &box);
  box.fill();  // would hang here if the waiter kept the lock
  box.wait_until_taken();
  waiter.join();
  const MutexLock lock(box.mutex);
  CHECK(box.taken);
}

// A wait may end early for no reason, so what is asked is that it says "nobody came" at some time.
TEST_CASE("a wait with a time-out ends though nobody comes, and holds the lock again") {
  struct Shared {
    Mutex mutex;
    CondVar condition;
    int count GUARDED_BY(mutex) = 0;
  } shared;
  std::thread other;
  {
    const MutexLock lock(shared.mutex);
    other = std::thread([&shared] {
      const MutexLock inner(shared.mutex);
      ++shared.count;
    });
    while (shared.condition.wait_for(shared.mutex, 1ns)) {
    }
    const int before = shared.count;
    std::this_thread::yield();
    CHECK(shared.count == before);
  }
  other.join();
}

}  // namespace
}  // namespace glassgate
