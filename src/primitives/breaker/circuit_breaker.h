// Circuit breaker: stop asking a backend that only fails, and find out carefully when it is well again.
//
// Problem: a backend that is down costs every request a time-out, and requests pile up on it just when it tries to come
// back.
//
//   state      | event                                       | next state
//   -----------+---------------------------------------------+---------------------------------------
//   closed     | success                                     | closed, failures in a row = 0
//   closed     | failure, fewer than max_failures in a row   | closed
//   closed     | failure, the max_failures-th in a row       | open, until now + open_for
//   open       | asked before its time                       | open: refused
//   open       | asked when its time has come                | half_open: this one request is the test
//   half_open  | asked while the test is under way           | half_open: refused, for open_for at most
//   half_open  | asked when that has passed                  | half_open: this one is a test, too
//   half_open  | the test succeeds                           | closed
//   half_open  | the test fails                              | open, until now + open_for
//   half_open  | the test is given back without a result     | half_open: the next one asked is the test
//
// Guarantee: a backend that fails is left alone, and then meets one request at a time (and another after
// open_for, where that one has not ended) until one has succeeded.
// A test that takes for ever (an upload of hours) keeps nobody out for longer than a failed one would.
// Invariants:
//   I1 the state changes in one function, and only as in the table
//   I2 every change begins a new generation; the result of a permit of an older one changes nothing
//   I3 a closed circuit admits everybody, an open one nobody before its time, a half-open one a single test in
//      open_for, and one more for each that was given back
//   I4 a permit settles once: by succeeded() or failed(), or else, without a result, by its destructor; so half_open
//      cannot stick when a client leaves
// Thread rule: any thread. A closed circuit without failures is passed and left without the lock. Changes are returned,
// for the caller to publish: nothing is called under the lock.
// Units: max_failures in a row; open_for from the failure that opened it.
// Source: Nygard, "Release It!", 2007; for the generations: Sony's gobreaker.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.h"
#include "base/mutex.h"

namespace glassgate {

enum class CircuitState { closed, open, half_open };
std::string_view to_string(CircuitState state);

struct CircuitChange {
  CircuitState from;
  CircuitState to;
};

struct CircuitSettings {
  unsigned max_failures = 5;
  Duration open_for = std::chrono::seconds(30);
  bool operator==(const CircuitSettings&) const = default;
};

class CircuitBreaker {
 public:
  // The right to ask the backend once, and the duty to say how it went. Must not outlive its circuit.
  class Permit {
   public:
    Permit() = default;  // of no circuit: settles nothing
    Permit(Permit&& other) noexcept;
    Permit& operator=(Permit&& other) noexcept;
    ~Permit() { give_back(); }

    std::optional<CircuitChange> succeeded();
    std::optional<CircuitChange> failed(TimePoint now);
    void give_back();

   private:
    friend class CircuitBreaker;
    Permit(CircuitBreaker& circuit, uint64_t generation) : circuit_(&circuit), generation_(generation) {}

    CircuitBreaker* circuit_ = nullptr;
    uint64_t generation_ = 0;
  };

  struct Admission {
    std::optional<Permit> permit;         // none: refused
    std::optional<CircuitChange> change;  // open to half_open
  };

  explicit CircuitBreaker(CircuitSettings settings) : settings_(settings) {}
  CircuitBreaker(const CircuitBreaker&) = delete;
  CircuitBreaker& operator=(const CircuitBreaker&) = delete;

  Admission admit(TimePoint now);
  // Whether admit() would give a permit right now. Somebody else may take it first.
  bool would_admit(TimePoint now) const;
  // How long until a test is due: zero when one is, or when the circuit is not open.
  Duration time_to_test(TimePoint now) const;

  CircuitState state() const { return static_cast<CircuitState>(word_.load(std::memory_order_acquire) % 4); }
  unsigned failures_in_a_row() const { return failures_.load(std::memory_order_relaxed); }
  // A reload. What has happened so far stays true.
  void set_settings(CircuitSettings settings);

 private:
  uint64_t generation() const { return word_.load(std::memory_order_acquire) / 4; }
  bool is_refusing(TimePoint now) const REQUIRES(mutex_);
  CircuitChange change_to(CircuitState next, TimePoint now) REQUIRES(mutex_);
  std::optional<CircuitChange> settle_success(uint64_t generation);
  std::optional<CircuitChange> settle_failure(uint64_t generation, TimePoint now);
  void settle_nothing(uint64_t generation);

  mutable Mutex mutex_;
  CircuitSettings settings_ GUARDED_BY(mutex_);
  TimePoint refuse_until_ GUARDED_BY(mutex_){};  // while open; while half_open, unless the test ends before
  // Written under the lock, read without it.
  std::atomic<uint64_t> word_{0};  // generation * 4 + state
  std::atomic<unsigned> failures_{0};
};

}  // namespace glassgate
