#include "primitives/health/health.h"

#include <utility>

namespace glassgate {

std::string Health::Report::reason() const {
  if (!active_healthy) return "probes fail: " + last_probe;
  if (passive_healthy) return "both agree";
  return "real traffic fails: " + std::to_string(window.failures) + " of " + std::to_string(window.requests);
}

Health::Health(const HealthSettings& settings) : checked_(false) {
  set_settings(settings);
}

void Health::set_settings(const HealthSettings& settings) {
  const MutexLock lock(mutex_);
  if (!settings.active) {
    active_ = ActiveHealth();
    last_probe_.clear();
  }
  if (settings.passive != settings_.passive) {
    passive_.reset();
    if (settings.passive) passive_.emplace(*settings.passive);
  }
  settings_ = settings;
  checked_ = settings.active || settings.passive;
  note_doubt();
}

void Health::note_doubt() {
  in_doubt_.store(!active_.healthy() || (passive_ && passive_->is_in_doubt()), std::memory_order_relaxed);
}

bool Health::healthy_now(TimePoint now) {
  const bool passive_agrees = !passive_ || passive_->healthy(now);
  note_doubt();  // failures may have left the window
  return active_.healthy() && passive_agrees;
}

bool Health::healthy(TimePoint now) {
  if (!in_doubt_.load(std::memory_order_relaxed)) return true;
  const MutexLock lock(mutex_);
  return healthy_now(now);
}

void Health::record_probe(bool success, std::string what) {
  const MutexLock lock(mutex_);
  if (!settings_.active) return;  // a late result of a probe that a reload has taken away
  active_.record(success, *settings_.active);
  last_probe_ = std::move(what);
  note_doubt();
}

void Health::record_request(bool success, TimePoint now) {
  if (!checked_.load(std::memory_order_relaxed)) return;
  const MutexLock lock(mutex_);
  if (passive_) passive_->record(success, now);
  note_doubt();
}

std::optional<bool> Health::changed(TimePoint now, std::string* reason) {
  const MutexLock lock(mutex_);
  const bool is_healthy = healthy_now(now);
  if (is_healthy == reported_) return std::nullopt;
  reported_ = is_healthy;
  if (reason != nullptr) *reason = report_now(now).reason();
  return is_healthy;
}

Health::Report Health::report(TimePoint now) {
  const MutexLock lock(mutex_);
  return report_now(now);
}

Health::Report Health::report_now(TimePoint now) {
  Report out;
  out.healthy = healthy_now(now);
  out.probed = active_.probed();
  out.active_healthy = active_.healthy();
  out.passive_healthy = !passive_ || passive_->healthy(now);
  out.probes_against = active_.against();
  out.last_probe = last_probe_;
  if (passive_) out.window = passive_->counts(now);
  return out;
}

}  // namespace glassgate
