// /status: all live state as one JSON document. The names are documented in docs and never change their meaning.
// Thread rule: any thread; what it shows is a moment, not a transaction.
#pragma once

#include <string>

#include "gateway/services.h"
#include "gateway/worker_pool.h"

namespace glassgate {

struct StatusSources {
  const Services& services;
  const WorkerPool& workers;
  WallTime started;
};

std::string status_json(const StatusSources& sources);

}  // namespace glassgate
