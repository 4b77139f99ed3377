// A backend, as it is now. (What the file says of it is BackendConfig; this is what has happened to it since.)
//
// Problem: a reload replaces the configuration as a whole, but a backend that both files name is still the same
// machine, with the same requests in flight, the same history, and the same circuit.
// Guarantee: one Backend per upstream and address lives for as long as each configuration since names it. One that a
// reload has taken out and another has put back is a new one.
// Invariants:
//   I1 in_flight is the number of InFlight objects that exist for it: it cannot leak and cannot go below zero
//   I2 new settings change what is decided from now on; what has been seen so far is kept, but for the window
//      of passive health, whose settings say what was counted, and what probes found of one that is probed no more
// Thread rule: the counters are atomic, health and circuit lock for themselves; any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "gateway/config.h"
#include "primitives/breaker/circuit_breaker.h"
#include "primitives/health/health.h"
#include "primitives/metrics/counters.h"

namespace glassgate {

struct Backend {
  explicit Backend(HostPort where, const UpstreamConfig& settings = {});
  void apply(const UpstreamConfig& settings);

  const HostPort address;
  const std::string name;  // host:port
  std::atomic<int64_t> in_flight{0};
  Counter picks;
  Counter failures;
  Counter circuit_opened;
  Counter probe_failures;
  Counter connections_opened;
  Counter connections_reused;
  Health health;
  CircuitBreaker circuit;  // in use where the upstream has circuit_breaker
};

// A request on its way to a backend and back.
class InFlight {
 public:
  explicit InFlight(Backend& backend) : backend_(backend) {
    backend_.in_flight.fetch_add(1, std::memory_order_relaxed);
  }
  ~InFlight() { backend_.in_flight.fetch_sub(1, std::memory_order_relaxed); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  Backend& backend_;
};

}  // namespace glassgate
