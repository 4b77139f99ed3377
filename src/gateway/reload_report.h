// How the reloads of the configuration have gone. Thread rule: any thread; one lock.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"

namespace glassgate {

struct ReloadReport {
  uint64_t succeeded = 0;
  uint64_t failed = 0;
  WallTime last_success{};                 // at first: the start
  std::vector<std::string> errors;         // of the file as it is now; empty: it is in use
  std::vector<std::string> needs_restart;  // keys that differ from what is in use, and cannot change while it runs
};

class ReloadHistory {
 public:
  ReloadReport read() const {
    const MutexLock lock(mutex_);
    return report_;
  }
  void note_start(WallTime now) {
    const MutexLock lock(mutex_);
    report_.last_success = now;
  }
  void note_success(WallTime now, std::vector<std::string> needs_restart) {
    const MutexLock lock(mutex_);
    ++report_.succeeded;
    report_.last_success = now;
    report_.errors.clear();
    report_.needs_restart = std::move(needs_restart);
  }
  void note_failure(std::vector<std::string> errors) {
    const MutexLock lock(mutex_);
    ++report_.failed;
    report_.errors = std::move(errors);
  }

 private:
  mutable Mutex mutex_;
  ReloadReport report_ GUARDED_BY(mutex_);
};

}  // namespace glassgate
