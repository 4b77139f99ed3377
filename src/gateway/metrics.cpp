#include "gateway/metrics.h"

#include <algorithm>
#include <new>

#include "gateway/process_figures.h"
#include "gateway/services.h"
#include "gateway/version.h"
#include "primitives/metrics/prometheus_text.h"

namespace glassgate {
namespace {

// The service of a request that no route took.
constexpr std::string_view no_service = "-";

template <typename Visit>
void for_each_service(const Services& services, const Runtime& runtime, const Visit& visit) {
  visit(no_service, services.unrouted);
  for (const Upstream& upstream : runtime.upstreams()) visit(std::string_view(upstream.config->name), *upstream.counts);
}

template <typename Visit>
void for_each_backend(const Runtime& runtime, const Visit& visit) {
  for (const Upstream& upstream : runtime.upstreams()) {
    for (const auto& backend : upstream.backends) visit(upstream, *backend);
  }
}

void add_requests(PrometheusText& page, const Services& services, const Runtime& runtime) {
  page.family("gateway_requests_total", "counter", "Requests, by upstream, status (0: no answer) and method.");
  for_each_service(services, runtime, [&](std::string_view service, const RequestCounts& counts) {
    counts.for_each([&](std::string_view method, int status, uint64_t count) {
      page.sample({{"service", service}, {"status", std::to_string(status)}, {"method", method}}, count);
    });
  });
  // Every word from the start: a series that begins with its first error hides that one from increase().
  page.family("gateway_errors_total", "counter", "Requests that went wrong, by upstream and the log's word.");
  for_each_service(services, runtime, [&](std::string_view service, const RequestCounts& counts) {
    for (size_t i = 1; i < error_count; ++i) {
      const auto error = static_cast<Error>(i);
      page.sample({{"service", service}, {"error", info(error).word}}, counts.errors(error));
    }
  });
  page.family("gateway_request_duration_seconds", "histogram", "From a request's start to the end of its answer.");
  for_each_service(services, runtime, [&](std::string_view service, const RequestCounts& counts) {
    page.histogram({{"service", service}}, counts.duration.read());
  });
}

void add_upstreams(PrometheusText& page, const Runtime& runtime) {
  page.family("gateway_upstream_latency_seconds", "histogram", "From an attempt's start to its answer's head.");
  for (const Upstream& upstream : runtime.upstreams()) {
    page.histogram({{"service", upstream.config->name}}, upstream.counts->upstream_latency.read());
  }
  page.family("gateway_retries_total", "counter", "Attempts on a further backend.");
  for (const Upstream& upstream : runtime.upstreams()) {
    page.sample({{"service", upstream.config->name}}, upstream.counts->retries.value());
  }
  page.family("gateway_retries_refused_total", "counter", "Attempts that the retry budget did not allow.");
  for (const Upstream& upstream : runtime.upstreams()) {
    page.sample({{"service", upstream.config->name}}, upstream.counts->retries_refused.value());
  }
}

void add_backend_states(PrometheusText& page, const Runtime& runtime, TimePoint now) {
  page.family("gateway_backend_healthy", "gauge", "1 while probes and real traffic agree that it is.");
  for_each_backend(runtime, [&](const Upstream& upstream, Backend& backend) {
    page.sample({{"service", upstream.config->name}, {"backend", backend.name}},
                uint64_t{backend.health.healthy(now) ? 1U : 0U});
  });
  page.family("gateway_circuit_state", "gauge", "0 closed, 1 open, 2 half-open.");
  for_each_backend(runtime, [&](const Upstream& upstream, const Backend& backend) {
    if (!upstream.config->circuit_breaker) return;
    page.sample({{"service", upstream.config->name}, {"backend", backend.name}},
                static_cast<uint64_t>(backend.circuit.state()));
  });
  page.family("gateway_circuit_opened_total", "counter", "How often the circuit has opened.");
  for_each_backend(runtime, [&](const Upstream& upstream, const Backend& backend) {
    if (!upstream.config->circuit_breaker) return;
    page.sample({{"service", upstream.config->name}, {"backend", backend.name}}, backend.circuit_opened.value());
  });
  page.family("gateway_active_connections", "gauge", "Requests in flight.");
  for_each_backend(runtime, [&](const Upstream& upstream, const Backend& backend) {
    page.sample({{"service", upstream.config->name}, {"backend", backend.name}},
                static_cast<uint64_t>(backend.in_flight.load()));
  });
}

void add_backend_counts(PrometheusText& page, const Runtime& runtime) {
  page.family("gateway_backend_picks_total", "counter", "Attempts, by backend.");
  for_each_backend(runtime, [&](const Upstream& upstream, const Backend& backend) {
    page.sample({{"service", upstream.config->name}, {"backend", backend.name}}, backend.picks.value());
  });
  page.family("gateway_backend_failures_total", "counter", "5xx, no connection, time-outs, malformed or cut answers.");
  for_each_backend(runtime, [&](const Upstream& upstream, const Backend& backend) {
    page.sample({{"service", upstream.config->name}, {"backend", backend.name}}, backend.failures.value());
  });
  page.family("gateway_probe_failures_total", "counter", "Probes that found it ill.");
  for_each_backend(runtime, [&](const Upstream& upstream, const Backend& backend) {
    if (!upstream.config->health.active) return;
    page.sample({{"service", upstream.config->name}, {"backend", backend.name}}, backend.probe_failures.value());
  });
  page.family("gateway_upstream_connections_total", "counter", "Connections taken for an attempt.");
  for_each_backend(runtime, [&](const Upstream& upstream, const Backend& backend) {
    const std::string_view service = upstream.config->name;
    page.sample({{"service", service}, {"backend", backend.name}, {"kind", "opened"}},
                backend.connections_opened.value());
    page.sample({{"service", service}, {"backend", backend.name}, {"kind", "reused"}},
                backend.connections_reused.value());
  });
  page.family("gateway_upstream_idle_connections", "gauge", "Kept for the next request.");
  for_each_backend(runtime, [&](const Upstream& upstream, const Backend& backend) {
    page.sample({{"service", upstream.config->name}, {"backend", backend.name}},
                uint64_t{upstream.pool->idle(backend)});
  });
}

void add_limiters(PrometheusText& page, const Runtime& runtime) {
  const std::vector<RateLimit>& limits = runtime.limits();
  page.family("gateway_rate_limited_total", "counter", "Requests refused with 429.");
  for (const auto& [name, limiter] : limits) page.sample({{"limiter", name}}, limiter->refused().value());
  page.family("gateway_rate_limit_allowed_total", "counter", "Requests that were let in.");
  for (const auto& [name, limiter] : limits) page.sample({{"limiter", name}}, limiter->allowed().value());
  page.family("gateway_rate_limit_keys", "gauge", "Budgets in memory.");
  for (const auto& [name, limiter] : limits) page.sample({{"limiter", name}}, uint64_t{limiter->keys()});
}

void add_front(PrometheusText& page, const StatusSources& sources, const Runtime& runtime) {
  const Services& services = sources.services;
  page.family("gateway_client_connections", "gauge", "Open client connections.");
  const uint64_t open = services.connections.size();
  const uint64_t idle = std::min<uint64_t>(open, services.connections.idle());
  page.sample({{"state", "busy"}}, open - idle);
  page.sample({{"state", "idle"}}, idle);
  page.family("gateway_client_connections_limit", "gauge", "Most that may be open.");
  page.sample({}, uint64_t{runtime.config().server.max_connections});
  page.family("gateway_connections_refused_total", "counter", "Clients that found no room.");
  page.sample({}, services.refused_connections.load());
  page.family("gateway_workers", "gauge", "Worker threads.");
  page.sample({}, uint64_t{sources.workers.workers()});
  page.family("gateway_draining", "gauge", "1 while the gateway is stopping.");
  page.sample({}, uint64_t{services.draining ? 1U : 0U});
  page.family("gateway_log_lines_dropped_total", "counter", "Log lines that were lost.");
  page.sample({}, services.log.dropped());
}

void add_reloads(PrometheusText& page, const Services& services) {
  const ReloadReport reloads = services.reloads.read();
  page.family("gateway_config_reloads_total", "counter", "Reloads of the configuration, by result.");
  page.sample({{"result", "success"}}, reloads.succeeded);
  page.sample({{"result", "failure"}}, reloads.failed);
  page.family("gateway_config_last_reload_successful", "gauge", "0 while the file has errors.");
  page.sample({}, uint64_t{reloads.errors.empty() ? 1U : 0U});
  page.family("gateway_config_last_reload_success_timestamp_seconds", "gauge", "When what is in use was loaded.");
  page.sample({}, std::chrono::duration<double>(reloads.last_success.time_since_epoch()).count());
  page.family("gateway_config_older_in_use", "gauge", "Earlier configurations that requests still use.");
  page.sample({}, uint64_t{services.runtime.older_in_use()});
}

void add_known(PrometheusText& page, std::optional<uint64_t> value) {
  if (value) page.sample({}, *value);
}

void add_process(PrometheusText& page, const StatusSources& sources) {
  const ProcessFigures figures = read_process_figures();
  page.family("gateway_build_info", "gauge", "Always 1.");
  page.sample({{"version", version}}, uint64_t{1});
  page.family("process_cpu_seconds_total", "counter", "Processor time, user and system.");
  page.sample({}, figures.cpu_seconds);
  page.family("process_resident_memory_bytes", "gauge", "Memory in RAM.");
  add_known(page, figures.resident_bytes);
  page.family("process_open_fds", "gauge", "Open file descriptors.");
  add_known(page, figures.open_descriptors);
  page.family("process_max_fds", "gauge", "Most that may be open.");
  page.sample({}, figures.most_descriptors);
  page.family("process_threads", "gauge", "Threads.");
  add_known(page, figures.threads);
  page.family("process_start_time_seconds", "gauge", "When the gateway started, since the epoch.");
  page.sample({}, std::chrono::duration<double>(sources.started.time_since_epoch()).count());
}

}  // namespace

void count_request(Exchange& x, const Next& next) {
  next(x);
  RequestCounts& counts = x.upstream ? *x.upstream->counts : x.services.unrouted;
  if (x.error != Error::none) counts.count_error(x.error);
  try {
    counts.count(x.request.method, x.response.status(), x.services.clock.now() - x.started);
  } catch (const std::bad_alloc&) {  // no row then: thrown on, it would send an answered request through again
  }
}

std::string metrics_page(const StatusSources& sources) {
  const Services& services = sources.services;
  const auto runtime = services.runtime.current();
  PrometheusText page;
  add_requests(page, services, *runtime);
  add_upstreams(page, *runtime);
  add_backend_states(page, *runtime, services.clock.now());
  add_backend_counts(page, *runtime);
  add_limiters(page, *runtime);
  add_front(page, sources, *runtime);
  add_reloads(page, services);
  add_process(page, sources);
  return page.take();
}

}  // namespace glassgate
