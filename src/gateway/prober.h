// Active health checks: every backend that wants them is probed, each on its own cadence.
//
// Problem: one slow backend must not delay the probes of another; and many gateways must not probe in step.
// Algorithm: a thread a probed backend, which waits, probes, and records; the pause is the interval, more or less by a
// tenth. One more thread cuts the probes whose time is over, and starts the threads that could not be started.
// Guarantee: a probe is over soon after its time-out, whatever the backend does. The first one is made at once.
// Invariants:
//   I1 after update() exactly the backends of that snapshot that have active health checks are probed; one whose
//      settings did not change is not disturbed
//   I2 after stop() no thread of the prober exists
// Thread rule: start(), update() and stop() by one thread at a time.
#pragma once

#include <list>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "gateway/probe.h"
#include "gateway/services.h"

namespace glassgate {

class Prober {
 public:
  explicit Prober(Services& services) : services_(services) {}
  ~Prober() { stop(); }
  Prober(const Prober&) = delete;
  Prober& operator=(const Prober&) = delete;

  void start();
  void update(const Runtime& runtime);
  void stop();

 private:
  struct Patient {
    std::string upstream;
    std::shared_ptr<Backend> backend;
    ActiveHealthConfig config;
    std::thread thread;  // none: there was none to be had
    CondVar wake;
    std::shared_ptr<Probe> probe;  // under way
    TimePoint deadline{};          // of it
    bool leaving = false;
  };
  using Patients = std::list<Patient>;

  void admit(const std::string& upstream, const std::shared_ptr<Backend>& backend, const ActiveHealthConfig& config);
  void begin(Patient& patient) REQUIRES(mutex_);
  void begin_missing() REQUIRES(mutex_);
  class Watched;
  void look_after(Patient& patient);
  void probe_once(Patient& patient);
  void pause(Patient& patient, Duration time);
  bool is_leaving(const Patient& patient);
  void watch();
  Duration cut_overdue(TimePoint now) REQUIRES(mutex_);
  void discharge(Patients leaving);
  bool is_looked_after(const std::string& upstream, const Backend& backend, const ActiveHealthConfig& config);

  Services& services_;
  Mutex mutex_;
  Patients patients_ GUARDED_BY(mutex_);
  CondVar watch_wake_;
  TimePoint looks_again_at_ GUARDED_BY(mutex_){};  // it is woken for a deadline that is before
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread watcher_;
};

}  // namespace glassgate
