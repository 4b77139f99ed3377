// What the gateway's process has and holds, over time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "support/gateway_process.h"

namespace glassgate::soak {

struct Figures {
  double seconds = 0;  // since the beginning
  uint64_t requests = 0;
  long descriptors = 0;
  long threads = 0;
  long resident_kib = 0;
  long idle_connections = 0;  // pooled
  double requests_a_second = 0;
};

// Of the process alone, without a word to it.
Figures figures_of(test::GatewayProcess& gateway);

// Pooled connections, as /metrics has them.
long idle_connections(const test::GatewayProcess& gateway);

class FigureLog {
 public:
  void add(const Figures& figures) { all_.push_back(figures); }
  // Of the samples between two shares of the whole time, the median of each figure. A tenth of a run is long enough
  // for what comes and goes to even out. Nullopt: a run that ended so early has no sample there.
  std::optional<Figures> between(double from, double to) const;

 private:
  std::vector<Figures> all_;
};

}  // namespace glassgate::soak
