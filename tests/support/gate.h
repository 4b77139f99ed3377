// Something that one thread of a test waits for and another one lets happen, once.
#pragma once

#include <condition_variable>
#include <mutex>

#include "support/net.h"

namespace glassgate::test {

class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }
  // Throws TestTimeout when nobody opens it in time.
  void wait() {
    std::unique_lock lock(mutex_);
    if (!opened_.wait_for(lock, deadline, [this] { return open_; })) throw TestTimeout("nobody opened the gate");
  }

 private:
  std::mutex mutex_;
  std::condition_variable opened_;
  bool open_ = false;
};

}  // namespace glassgate::test
