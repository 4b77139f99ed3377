#include "gateway/status.h"

#include "base/json.h"
#include "gateway/version.h"

namespace glassgate {
namespace {

void add_backend(JsonWriter& json, const Upstream& upstream, const Backend& backend) {
  json.begin_object().field("address", backend.name).field("in_flight", backend.in_flight.load());
  json.field("idle_connections", upstream.pool->idle(backend)).field("picks", backend.picks.load());
  json.field("failures", backend.failures.load()).field("connections_opened", backend.connections_opened.load());
  json.field("connections_reused", backend.connections_reused.load()).end_object();
}

void add_upstreams(JsonWriter& json, const Runtime& runtime) {
  json.key("upstreams").begin_array();
  for (const Upstream& upstream : runtime.upstreams()) {
    json.begin_object().field("name", upstream.config->name);
    json.field("balancer", to_string(upstream.config->balancer)).key("backends").begin_array();
    for (const auto& backend : upstream.backends) add_backend(json, upstream, *backend);
    json.end_array().end_object();
  }
  json.end_array();
}

void add_routes(JsonWriter& json, const Config& config) {
  json.key("routes").begin_array();
  for (const RouteConfig& route : config.routes) {
    json.begin_object().field("path", route.path);
    json.field("match", route.match == RouteConfig::Match::exact ? "exact" : "prefix");
    json.field("host", route.host).field("upstream", route.upstream).end_object();
  }
  json.end_array();
}

}  // namespace

std::string status_json(const StatusSources& sources) {
  const Services& services = sources.services;
  const auto runtime = services.runtime.current();
  JsonWriter json;
  json.begin_object().field("version", version).field("started", rfc3339(sources.started));
  json.field("draining", services.draining.load()).field("requests", services.requests.load());
  json.key("connections").begin_object().field("open", services.connections.size());
  json.field("idle", services.connections.idle()).field("limit", runtime->config().server.max_connections);
  json.field("refused", services.refused_connections.load()).end_object();
  json.key("workers").begin_object().field("started", sources.workers.workers());
  json.field("busy", sources.workers.busy()).end_object();
  json.key("log").begin_object().field("lines_dropped", services.log.dropped()).end_object();
  add_routes(json, runtime->config());
  add_upstreams(json, *runtime);
  return json.end_object().take();
}

}  // namespace glassgate
