#include "gateway/explain_offline.h"

#include <algorithm>
#include <cstdio>

#include "base/json.h"
#include "gateway/route_label.h"
#include "gateway/route_verdicts.h"
#include "http/head_parser.h"
#include "http/target.h"

namespace glassgate {
namespace {

constexpr size_t label_width = 36;

// As it would come over a connection.
std::string head_of(const std::string& request, const std::vector<std::string>& headers) {
  const bool has_method = request.find(' ') != std::string::npos;
  std::string head = (has_method ? request : "GET " + request) + " HTTP/1.1\r\n";
  for (const std::string& header : headers) head.append(header).append("\r\n");
  return head.append("\r\n");
}

std::string padded(std::string text, size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

const UpstreamConfig& upstream_of(const Config& config, const RouteConfig& route) {
  return *std::find_if(config.upstreams.begin(), config.upstreams.end(),
                       [&](const UpstreamConfig& upstream) { return upstream.name == route.upstream; });
}

std::string limit_text(const RateLimitConfig& limit) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%g s", to_milliseconds(limit.window) / 1000);
  return std::to_string(limit.requests) + " requests in " + seconds;
}

// As the gateway finds it: the host of an absolute target wins over the field (RFC 9112 section 3.2.2). nullopt: none
// that the gateway would accept.
std::optional<std::string_view> host_of(const http::RequestHead& head, const http::Target& target) {
  const http::Field* field = head.fields.find(http::FieldId::host);
  const bool is_good = field == nullptr ||
                       (head.fields.count(http::FieldId::host) == 1 && http::is_valid_authority(field->value));
  if (!is_good) return std::nullopt;
  if (target.form == http::TargetForm::absolute) return target.authority;
  return field == nullptr ? "" : field->value;
}

std::string winner_text(const Config& config, const RouteConfig& route) {
  const UpstreamConfig& upstream = upstream_of(config, route);
  std::string out = "  route      " + route_label(route) + "\n";
  if (config.rate_limit) out += "  limit      at the door: " + limit_text(*config.rate_limit) + "\n";
  if (route.rate_limit) out += "  limit      of the route: " + limit_text(*route.rate_limit) + "\n";
  out += "  upstream   " + upstream.name + ", " + std::string(to_string(upstream.balancer)) + "\n";
  for (const BackendConfig& backend : upstream.backends) {
    out += "  backend    " + padded(backend.address.text(), 24) + "weight " + std::to_string(backend.weight) + "\n";
  }
  return out;
}

OfflineExplanation refuse(std::string_view why) {
  return {false, "glassgate: --explain: " + std::string(why) + "\n"};
}

}  // namespace

OfflineExplanation explain_offline(const Config& config, const std::string& request,
                                   const std::vector<std::string>& headers) {
  http::RequestHead head;
  head.bytes = head_of(request, headers);
  const http::HeadError error = http::parse_request_head({config.server.max_header_bytes, config.server.max_headers},
                                                         head);
  if (error != http::HeadError::none) return refuse(http::describe(error));
  const auto target = http::split_target(head.method, head.target);
  const auto path = target ? http::normalise_path(target->path) : std::nullopt;
  if (!path || target->form == http::TargetForm::authority) return refuse("malformed target");
  const auto host = host_of(head, *target);
  if (!host) return refuse("malformed Host");
  const RouteRequest asked{head.method, *host, *path, target->query, head.fields};

  // A decoded escape must not move a terminal's cursor.
  std::string out = std::string(head.method) + " " + json_escaped(*path) + "\n";
  std::string others;
  const RouteMatch match = RouteTable(config.routes).match(asked);
  out += match.route ? winner_text(config, *match.route)
                     : "  no route: " + (match.allow.empty() ? "404" : "405, Allow: " + match.allow) + "\n";
  for (const RouteVerdict& verdict : judge_routes(config.routes, asked, match.route)) {
    if (verdict.route == match.route) continue;
    others += "    " + padded(route_label(*verdict.route), label_width) + "  ";
    others.append(verdict.reason).append("\n");
  }
  if (!others.empty()) out += "  not taken\n" + others;
  return {true, out};
}

}  // namespace glassgate
