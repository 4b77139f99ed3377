// What every request may use, and what lives as long as the gateway does.
// Thread rule: each member says its own.
#pragma once

#include <atomic>

#include "base/clock.h"
#include "base/yield.h"
#include "gateway/client_connection.h"
#include "gateway/descriptors.h"
#include "gateway/explanation.h"
#include "gateway/log.h"
#include "gateway/reload_report.h"
#include "gateway/runtime.h"
#include "http/pipe.h"

namespace glassgate {

struct Services {
  Services(const Clock& the_clock, Log& the_log) : clock(the_clock), log(the_log) {}

  const Clock& clock;
  Log& log;
  RuntimeHolder runtime;
  ConnectionRegistry connections;
  std::atomic<bool> draining{false};  // every answer from now on closes its connection
  std::atomic<uint64_t> requests{0};
  std::atomic<uint64_t> refused_connections{0};
  RequestCounts unrouted;  // requests that no route took
  ExplainBook explain_book;
  ReloadHistory reloads;
  Yield yield;  // before the waits of workers and of who brings them work
  http::PipePool pipes{pipes_that_fit(descriptor_limit())};
};

}  // namespace glassgate
