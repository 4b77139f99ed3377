// A backend's health: what probes and what real traffic say, together.
//
// Problem: either can be blind to what the other sees.
// Guarantee: healthy exactly when both agree that it is; each side keeps its own reasons, and one never overwrites the
// other. A side that is not configured agrees always.
// Invariants:
//   I1 healthy(now) == (active agrees) and (passive agrees)
//   I2 changed(now) reports each change once, to one caller, however many ask
//   I3 new settings for one side keep what the other has seen; the same settings keep everything
// Thread rule: any thread; one lock a backend. A backend that nothing speaks against is asked without it: every request
// asks about every backend of its upstream.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"
#include "base/mutex.h"
#include "primitives/health/active_health.h"
#include "primitives/health/passive_health.h"

namespace glassgate {

struct HealthSettings {
  std::optional<ActiveThresholds> active;
  std::optional<PassiveThresholds> passive;
};

class Health {
 public:
  struct Report {
    bool healthy = true;
    bool probed = false;
    bool active_healthy = true;
    bool passive_healthy = true;
    unsigned probes_against = 0;   // in a row, against the active state
    std::string last_probe;        // what the last probe found: "200", "timed out"
    PassiveHealth::Counts window;  // of the passive side

    std::string reason() const;  // "probes fail: 503", "real traffic fails: 7 of 12", "both agree"
  };

  explicit Health(const HealthSettings& settings);
  Health(const Health&) = delete;
  Health& operator=(const Health&) = delete;

  bool healthy(TimePoint now);
  void record_probe(bool success, std::string what);
  void record_request(bool success, TimePoint now);
  // The new state, if it is another than this function last reported (at first: healthy). `reason`, where it is asked
  // for, is that state's.
  std::optional<bool> changed(TimePoint now, std::string* reason = nullptr);
  Report report(TimePoint now);
  void set_settings(const HealthSettings& settings);

 private:
  bool healthy_now(TimePoint now) REQUIRES(mutex_);
  Report report_now(TimePoint now) REQUIRES(mutex_);
  void note_doubt() REQUIRES(mutex_);  // after every change

  std::atomic<bool> checked_;          // false: nothing is configured, and it is healthy
  std::atomic<bool> in_doubt_{false};  // false: healthy until the next result. Written under the lock
  Mutex mutex_;
  HealthSettings settings_ GUARDED_BY(mutex_);
  ActiveHealth active_ GUARDED_BY(mutex_);
  std::optional<PassiveHealth> passive_ GUARDED_BY(mutex_);
  std::string last_probe_ GUARDED_BY(mutex_);
  bool reported_ GUARDED_BY(mutex_) = true;
};

}  // namespace glassgate
