// What is measured: counting around every request, and the page for Prometheus.
//
// Guarantee: labels come from the configuration, from tables of constants, and from the statuses; nothing that a client
// sends can make a new time series. Times are seconds.
// Thread rule: count_request() on the exchange's worker thread, metrics_page() on any.
// Source: https://prometheus.io/docs/practices/naming/
#pragma once

#include <string>

#include "gateway/exchange.h"
#include "gateway/middleware.h"
#include "gateway/status.h"

namespace glassgate {

// Middleware: one count and one time a request.
void count_request(Exchange& x, const Next& next);

// Prometheus text format.
std::string metrics_page(const StatusSources& sources);

}  // namespace glassgate
