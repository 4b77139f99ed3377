#include "gateway/status.h"

#include "base/json.h"
#include "gateway/route_label.h"
#include "gateway/version.h"

namespace glassgate {
namespace {

void add_health(JsonWriter& json, const Health::Report& report) {
  json.key("health").begin_object().field("healthy", report.healthy);
  json.key("active").begin_object().field("healthy", report.active_healthy).field("probed", report.probed);
  json.field("against_in_a_row", report.probes_against).field("last", report.last_probe).end_object();
  json.key("passive").begin_object().field("healthy", report.passive_healthy);
  json.field("requests", report.window.requests).field("failures", report.window.failures).end_object();
  json.end_object();
}

void add_circuit(JsonWriter& json, const CircuitBreaker& circuit, TimePoint now) {
  json.key("circuit").begin_object().field("state", to_string(circuit.state()));
  json.field("failures_in_a_row", circuit.failures_in_a_row());
  json.field("test_in_ms", circuit.time_to_test(now)).end_object();
}

void add_backend(JsonWriter& json, const Upstream& upstream, Backend& backend, TimePoint now) {
  json.begin_object().field("address", backend.name).field("in_flight", backend.in_flight.load());
  json.field("idle_connections", upstream.pool->idle(backend)).field("picks", backend.picks.value());
  json.field("failures", backend.failures.value()).field("connections_opened", backend.connections_opened.value());
  json.field("connections_reused", backend.connections_reused.value());
  add_health(json, backend.health.report(now));
  if (upstream.config->circuit_breaker) add_circuit(json, backend.circuit, now);
  json.end_object();
}

void add_upstreams(JsonWriter& json, const Runtime& runtime, TimePoint now) {
  json.key("upstreams").begin_array();
  for (const Upstream& upstream : runtime.upstreams()) {
    json.begin_object().field("name", upstream.config->name);
    json.field("balancer", to_string(upstream.config->balancer));
    json.field("requests", upstream.counts->total()).field("retries", upstream.counts->retries.value());
    json.field("retries_refused", upstream.counts->retries_refused.value()).key("backends").begin_array();
    for (const auto& backend : upstream.backends) add_backend(json, upstream, *backend, now);
    json.end_array().end_object();
  }
  json.end_array();
}

void add_routes(JsonWriter& json, const Config& config) {
  json.key("routes").begin_array();
  for (const RouteConfig& route : config.routes) {
    json.begin_object().field("name", route.name).field("route", route_label(route)).field("path", route.path);
    json.field("match", route.match == RouteConfig::Match::exact ? "exact" : "prefix");
    json.field("host", route.host).field("upstream", route.upstream).end_object();
  }
  json.end_array();
}

void add_limiters(JsonWriter& json, const Runtime& runtime) {
  json.key("rate_limits").begin_array();
  for (const auto& [name, limiter] : runtime.limits()) {
    json.begin_object().field("name", name).field("keys", limiter->keys());
    json.field("allowed", limiter->allowed().value()).field("refused", limiter->refused().value()).end_object();
  }
  json.end_array();
}

void add_texts(JsonWriter& json, JsonName key, const std::vector<std::string>& texts) {
  json.key(key).begin_array();
  for (const std::string& text : texts) json.value(text);
  json.end_array();
}

void add_reloads(JsonWriter& json, const Services& services) {
  const ReloadReport reloads = services.reloads.read();
  json.key("config").begin_object().field("loaded", reloads.last_success);
  json.field("reloads", reloads.succeeded).field("failed_reloads", reloads.failed);
  json.field("older_in_use", services.runtime.older_in_use());
  add_texts(json, "errors", reloads.errors);
  add_texts(json, "needs_restart", reloads.needs_restart);
  json.end_object();
}

}  // namespace

std::string status_json(const StatusSources& sources) {
  const Services& services = sources.services;
  const auto runtime = services.runtime.current();
  JsonWriter json;
  json.begin_object().field("version", version).field("started", sources.started);
  json.field("draining", services.draining.load()).field("requests", services.requests.load());
  json.key("connections").begin_object().field("open", services.connections.size());
  json.field("idle", services.connections.idle()).field("limit", runtime->config().server.max_connections);
  json.field("refused", services.refused_connections.load()).end_object();
  json.key("workers").begin_object().field("started", sources.workers.workers());
  json.field("busy", sources.workers.busy()).end_object();
  json.key("log").begin_object().field("lines_dropped", services.log.dropped()).end_object();
  add_reloads(json, services);
  add_limiters(json, *runtime);
  add_routes(json, runtime->config());
  add_upstreams(json, *runtime, services.clock.now());
  return json.end_object().str();
}

}  // namespace glassgate
