// Active health: what probes say, without flapping.
//
// Problem: one lost probe must not take a backend out, and one lucky answer must not bring it back.
//
//   state      | event                                           | next state
//   -----------+-------------------------------------------------+-----------
//   healthy    | a probe fails, fewer than unhealthy_after so    | healthy
//   healthy    | a probe fails, the unhealthy_after-th in a row  | unhealthy
//   healthy    | a probe succeeds                                | healthy, failures in a row = 0
//   unhealthy  | a probe succeeds, fewer than healthy_after so   | unhealthy
//   unhealthy  | a probe succeeds, the healthy_after-th in a row | healthy
//   unhealthy  | a probe fails                                   | unhealthy, successes in a row = 0
//
// Guarantee: the state changes only after so many equal results in a row. A backend that was never probed is healthy: a
// gateway that has just started must not refuse everybody.
// Invariants:
//   I1 a result that agrees with the state starts the count of those against it anew
// Thread rule: none of its own; its owner locks (health/health.h). Source: HAProxy's rise and fall.
#pragma once

namespace glassgate {

struct ActiveThresholds {
  unsigned unhealthy_after = 3;
  unsigned healthy_after = 2;
  bool operator==(const ActiveThresholds&) const = default;
};

class ActiveHealth {
 public:
  bool healthy() const { return healthy_; }
  bool probed() const { return probed_; }
  unsigned against() const { return against_; }  // results in a row that speak against the state

  void record(bool success, const ActiveThresholds& thresholds) {
    probed_ = true;
    if (success == healthy_) {
      against_ = 0;
      return;
    }
    const unsigned needed = healthy_ ? thresholds.unhealthy_after : thresholds.healthy_after;
    if (++against_ < needed) return;
    healthy_ = success;
    against_ = 0;
  }

 private:
  bool healthy_ = true;
  bool probed_ = false;
  unsigned against_ = 0;
};

}  // namespace glassgate
