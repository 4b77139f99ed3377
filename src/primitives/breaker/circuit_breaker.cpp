#include "primitives/breaker/circuit_breaker.h"

#include <algorithm>
#include <utility>

namespace glassgate {

std::string_view to_string(CircuitState state) {
  switch (state) {
    case CircuitState::closed: return "closed";
    case CircuitState::open: return "open";
    case CircuitState::half_open: return "half_open";
  }
  return "closed";
}

// I1. The one place where the state changes.
CircuitChange CircuitBreaker::change_to(CircuitState next, TimePoint now) {
  const CircuitState before = state();
  if (next == CircuitState::open) refuse_until_ = now + settings_.open_for;
  if (next == CircuitState::closed) failures_.store(0, std::memory_order_relaxed);
  word_.store((generation() + 1) * 4 + static_cast<uint64_t>(next), std::memory_order_release);
  return {before, next};
}

bool CircuitBreaker::is_refusing(TimePoint now) const {
  return state() != CircuitState::closed && now < refuse_until_;
}

CircuitBreaker::Admission CircuitBreaker::admit(TimePoint now) {
  if (const uint64_t word = word_.load(std::memory_order_acquire); word % 4 == 0) return {Permit(*this, word / 4), {}};
  const MutexLock lock(mutex_);
  if (is_refusing(now)) return {};
  std::optional<CircuitChange> change;
  if (state() == CircuitState::open) change = change_to(CircuitState::half_open, now);
  if (state() == CircuitState::half_open) refuse_until_ = now + settings_.open_for;
  return {Permit(*this, generation()), change};
}

bool CircuitBreaker::would_admit(TimePoint now) const {
  if (state() == CircuitState::closed) return true;
  const MutexLock lock(mutex_);
  return !is_refusing(now);
}

Duration CircuitBreaker::time_to_test(TimePoint now) const {
  if (state() != CircuitState::open) return Duration::zero();
  const MutexLock lock(mutex_);
  return std::max(Duration::zero(), refuse_until_ - now);
}

void CircuitBreaker::set_settings(CircuitSettings settings) {
  const MutexLock lock(mutex_);
  settings_ = settings;
}

std::optional<CircuitChange> CircuitBreaker::settle_success(uint64_t permit_generation) {
  const uint64_t word = word_.load(std::memory_order_acquire);
  if (word == permit_generation * 4 && failures_.load(std::memory_order_relaxed) == 0) return std::nullopt;
  const MutexLock lock(mutex_);
  if (permit_generation != generation()) return std::nullopt;  // I2
  if (state() == CircuitState::half_open) return change_to(CircuitState::closed, {});
  failures_.store(0, std::memory_order_relaxed);
  return std::nullopt;
}

std::optional<CircuitChange> CircuitBreaker::settle_failure(uint64_t permit_generation, TimePoint now) {
  const MutexLock lock(mutex_);
  if (permit_generation != generation()) return std::nullopt;  // I2
  if (state() == CircuitState::half_open) return change_to(CircuitState::open, now);
  const unsigned failures = failures_.load(std::memory_order_relaxed) + 1;
  failures_.store(failures, std::memory_order_relaxed);
  if (failures < settings_.max_failures) return std::nullopt;
  return change_to(CircuitState::open, now);
}

void CircuitBreaker::settle_nothing(uint64_t permit_generation) {
  if (word_.load(std::memory_order_acquire) == permit_generation * 4) return;  // closed: nobody waits for this one
  const MutexLock lock(mutex_);
  if (permit_generation == generation()) refuse_until_ = {};
}

CircuitBreaker::Permit::Permit(Permit&& other) noexcept
    : circuit_(std::exchange(other.circuit_, nullptr)), generation_(other.generation_) {}

CircuitBreaker::Permit& CircuitBreaker::Permit::operator=(Permit&& other) noexcept {
  if (this == &other) return *this;
  give_back();
  circuit_ = std::exchange(other.circuit_, nullptr);
  generation_ = other.generation_;
  return *this;
}

std::optional<CircuitChange> CircuitBreaker::Permit::succeeded() {
  CircuitBreaker* circuit = std::exchange(circuit_, nullptr);
  return circuit ? circuit->settle_success(generation_) : std::nullopt;
}

std::optional<CircuitChange> CircuitBreaker::Permit::failed(TimePoint now) {
  CircuitBreaker* circuit = std::exchange(circuit_, nullptr);
  return circuit ? circuit->settle_failure(generation_, now) : std::nullopt;
}

void CircuitBreaker::Permit::give_back() {
  if (CircuitBreaker* circuit = std::exchange(circuit_, nullptr)) circuit->settle_nothing(generation_);
}

}  // namespace glassgate
