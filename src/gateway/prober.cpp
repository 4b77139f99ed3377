#include "gateway/prober.h"

#include <pthread.h>

#include <algorithm>
#include <exception>
#include <random>

#include "gateway/outcome.h"

namespace glassgate {
namespace {

constexpr Duration longest_watch = std::chrono::seconds(1);

// So that many gateways, or many backends, do not fall into step.
Duration with_jitter(Duration interval) {
  static thread_local std::minstd_rand random{std::random_device{}()};
  return interval * std::uniform_int_distribution(900, 1100)(random) / 1000;
}

bool is_wanted(const Runtime& runtime, const std::string& name, const Backend* backend, const ActiveHealthConfig& now) {
  for (const Upstream& upstream : runtime.upstreams()) {
    if (upstream.config->name != name || upstream.config->health.active != now) continue;
    return std::any_of(upstream.backends.begin(), upstream.backends.end(),
                       [&](const auto& candidate) { return candidate.get() == backend; });
  }
  return false;
}

}  // namespace

void Prober::start() {
  watcher_ = std::thread(&Prober::watch, this);
}

void Prober::update(const Runtime& runtime) {
  Patients leaving;
  {
    const MutexLock lock(mutex_);
    for (auto at = patients_.begin(); at != patients_.end();) {
      const auto patient = at++;
      if (is_wanted(runtime, patient->upstream, patient->backend.get(), patient->config)) continue;
      leaving.splice(leaving.end(), patients_, patient);
    }
  }
  discharge(std::move(leaving));
  for (const Upstream& upstream : runtime.upstreams()) {
    const auto& config = upstream.config->health.active;
    for (const auto& backend : upstream.backends) {
      if (!config || is_looked_after(upstream.config->name, *backend, *config)) continue;
      admit(upstream.config->name, backend, *config);
    }
  }
}

// Without a thread it stays as healthy as it is, which is better than no gateway, and the watcher tries again.
void Prober::admit(const std::string& upstream, const std::shared_ptr<Backend>& backend,
                   const ActiveHealthConfig& config) {
  Patients newcomer(1);
  Patient& patient = newcomer.front();
  patient.upstream = upstream;
  patient.backend = backend;
  patient.config = config;
  std::string why_not;
  {
    const MutexLock lock(mutex_);
    patients_.splice(patients_.end(), newcomer);
    try {
      begin(patient);
    } catch (const std::exception& error) {
      why_not = error.what();
    }
  }
  if (why_not.empty()) return;
  services_.log.event(LogLevel::error, "probe_not_started", {{"backend", backend->name}, {"reason", why_not}});
}

void Prober::begin(Patient& patient) {
  patient.thread = std::thread(&Prober::look_after, this, std::ref(patient));
}

void Prober::begin_missing() {
  try {
    for (Patient& patient : patients_) {
      if (!patient.thread.joinable()) begin(patient);
    }
  } catch (const std::exception&) {  // still no thread to be had
  }
}

bool Prober::is_looked_after(const std::string& upstream, const Backend& backend, const ActiveHealthConfig& config) {
  const MutexLock lock(mutex_);
  return std::any_of(patients_.begin(), patients_.end(), [&](const Patient& patient) {
    return patient.upstream == upstream && patient.backend.get() == &backend && patient.config == config;
  });
}

void Prober::look_after(Patient& patient) {
  pthread_setname_np(pthread_self(), "probe");
  while (!is_leaving(patient)) {
    try {
      probe_once(patient);
      pause(patient, with_jitter(patient.config.interval));
    } catch (const std::exception& fault) {  // no memory, say: that is no verdict on the backend
      services_.log.fault(fault);
      pause(patient, patient.config.interval);
    }
  }
}

bool Prober::is_leaving(const Patient& patient) {
  const MutexLock lock(mutex_);
  return patient.leaving;
}

// The probe that the watcher may have to cut.
class Prober::Watched {
 public:
  Watched(Prober& prober, Patient& patient, std::shared_ptr<Probe> probe) : prober_(prober), patient_(patient) {
    const MutexLock lock(prober_.mutex_);
    patient_.probe = std::move(probe);
    patient_.deadline = prober_.services_.clock.now() + patient_.config.timeout;
    if (patient_.deadline < prober_.looks_again_at_) prober_.watch_wake_.notify_one();
    if (patient_.leaving) patient_.probe->cut();
  }
  ~Watched() {
    const MutexLock lock(prober_.mutex_);
    patient_.probe = nullptr;
  }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;

 private:
  Prober& prober_;
  Patient& patient_;
};

// When the patient is leaving, what the probe found is of no interest. And that this side is out of descriptors is no
// illness of all backends.
void Prober::probe_once(Patient& patient) {
  const auto probe = std::make_shared<Probe>(patient.backend->address, patient.config);
  Probe::Result result;
  {
    const Watched watched(*this, patient, probe);
    result = probe->run();
  }
  if (is_leaving(patient) || !result.is_verdict) return;
  if (!result.success) patient.backend->probe_failures.add();
  patient.backend->health.record_probe(result.success, std::move(result.what));
  log_health_change(services_, patient.upstream, *patient.backend);
}

void Prober::pause(Patient& patient, Duration time) {
  const TimePoint until = services_.clock.now() + time;
  const MutexLock lock(mutex_);
  while (!patient.leaving) {
    const Duration left = until - services_.clock.now();
    if (left <= Duration::zero()) return;
    patient.wake.wait_for(mutex_, left);
  }
}

void Prober::watch() {
  pthread_setname_np(pthread_self(), "probe-watch");
  const MutexLock lock(mutex_);
  while (!stopping_) {
    begin_missing();
    const TimePoint now = services_.clock.now();
    const Duration next = cut_overdue(now);
    looks_again_at_ = now + next;
    watch_wake_.wait_for(mutex_, next);
  }
}

// How long until the next one may be.
Duration Prober::cut_overdue(TimePoint now) {
  Duration next = longest_watch;
  for (Patient& patient : patients_) {
    if (!patient.probe) continue;
    if (patient.deadline <= now) {
      patient.probe->cut();
    } else {
      next = std::min(next, patient.deadline - now);
    }
  }
  return next;
}

// What is on the list is out of the watcher's sight, and its threads end by themselves.
void Prober::discharge(Patients leaving) {
  for (Patient& patient : leaving) {
    {
      const MutexLock lock(mutex_);
      patient.leaving = true;
      if (patient.probe) patient.probe->cut();
    }
    patient.wake.notify_one();
  }
  for (Patient& patient : leaving) {
    if (patient.thread.joinable()) patient.thread.join();
  }
}

void Prober::stop() {
  Patients leaving;
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    leaving.splice(leaving.end(), patients_);
  }
  watch_wake_.notify_one();
  discharge(std::move(leaving));
  if (watcher_.joinable()) watcher_.join();
}

}  // namespace glassgate
