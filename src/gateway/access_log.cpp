#include "gateway/access_log.h"

#include "base/json.h"
#include "gateway/services.h"

namespace glassgate {
namespace {

constexpr size_t usual_line_bytes = 512;

// What a client may make long is cut: a line of more than 16 KiB is torn by some of those who collect lines, and each
// byte may be escaped as six.
constexpr size_t most_of_a_method = 64;
constexpr size_t most_of_a_host = 256;
constexpr size_t most_of_a_path = 2048;

std::string_view or_dash(std::string_view text) {
  return text.empty() ? "-" : text;
}

std::string_view path_of(const Exchange& x) {
  return x.target.form == http::TargetForm::asterisk ? "*" : or_dash(x.target.path);
}

void add_routing(JsonWriter& json, const Exchange& x) {
  json.field("route", x.route ? std::string_view(x.route->name) : "-");
  json.field("upstream", x.upstream ? std::string_view(x.upstream->config->name) : "-");
  json.field("backend", x.backend ? std::string_view(x.backend->name) : "-").field("attempts", x.attempts);
  if (x.first_failure.backend != nullptr) {
    json.field("first_backend", x.first_failure.backend->name).field("first_error", info(x.first_failure.error).word);
  }
  if (x.client_ended_first) json.field("client_ended_first", true);
}

JsonWriter access_line(const Exchange& x, Duration latency) {
  const uint64_t bytes_in = (x.body ? x.body->bytes_read() : 0) + x.tunnelled_in;
  JsonWriter json(usual_line_bytes, &x.memory);
  json.begin_object().field("time", x.started_wall).field("level", "info").field("event", "access");
  json.field("method", or_dash(x.request.method.substr(0, most_of_a_method)));
  json.field("host", or_dash(x.host.substr(0, most_of_a_host))).field("path", path_of(x).substr(0, most_of_a_path));
  json.field("status", x.response.status()).field("latency_ms", latency);
  if (x.upstream_latency) json.field("upstream_latency_ms", *x.upstream_latency);
  json.field("bytes_in", bytes_in).field("bytes_out", x.response.bytes());
  json.field("client_ip", x.client_ip).field("trace_id", x.trace_id);
  json.field("traceparent", or_dash(x.traceparent));
  add_routing(json, x);
  json.field("error", or_dash(info(x.error).word));
  if (!x.detail.empty()) json.field("detail", x.detail);
  json.end_object();
  return json;
}

}  // namespace

void access_log(Exchange& x, const Next& next) {
  next(x);
  if (!x.config().log.access) return;
  try {
    x.services.log.write(access_line(x, x.services.clock.now() - x.started).text());
  } catch (const std::bad_alloc&) {  // thrown on, it would send an answered request through the chain again
    x.services.log.count_dropped(1);
  }
}

}  // namespace glassgate
