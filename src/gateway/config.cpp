#include "gateway/config.h"

#include <algorithm>
#include <memory>
#include <tuple>
#include <utility>

#include "gateway/config_schema.h"
#include "gateway/config_values.h"
#include "gateway/yaml.h"

namespace glassgate {
namespace {

constexpr DurationRange reload_range{std::chrono::milliseconds(10), std::chrono::hours(24), true};

std::optional<HostPort> read_listen_address(const ConfigValue& at) {
  ParsedAddress parsed = parse_listen_address(at.node().text);
  if (!parsed.address) at.expected(parsed.expected);
  return parsed.address;
}

// Two listeners cannot share a port when one of them takes it on every address that the other one may mean.
bool collide(const HostPort& a, const HostPort& b) {
  const auto takes = [](const HostPort& all, const HostPort& one) {
    return all.host == one.host || all.host == "::" ||
           (all.host == "0.0.0.0" && one.host.find(':') == std::string::npos);
  };
  return a.port != 0 && a.port == b.port && (takes(a, b) || takes(b, a));
}

void read_listeners(ConfigMap& map, Config& out) {
  const auto listen_at = map.require("listen", "host:port such as 127.0.0.1:9000");
  const auto listen = listen_at ? read_listen_address(*listen_at) : std::nullopt;
  if (listen) out.listen = *listen;
  const auto admin_at = map.find("admin");
  if (!admin_at) return;
  out.admin = read_listen_address(*admin_at);
  if (listen && out.admin && collide(*listen, *out.admin)) {
    admin_at->expected("another address than listen's, " + listen->text());
  }
}

void read_config(const ConfigValue& root, Config& out) {
  ConfigMap map(root);
  read_listeners(map, out);
  if (const auto at = map.find("server")) read_server(*at, out.server);
  if (const auto at = map.find("log")) read_log(*at, out.log);
  map.boolean("explain", out.explain);
  map.duration("reload_interval", reload_range, out.reload_interval);
  if (const auto at = map.find("rate_limit")) out.rate_limit = read_rate_limit(*at);
  const auto upstreams = map.find("upstreams");
  if (upstreams) read_upstreams(*upstreams, out.upstreams);
  const auto routes = map.require("routes", "a list of one or more routes");
  const bool upstreams_known = upstreams ? upstreams->is_map() : !map.has_misspelt("upstreams");
  if (routes) read_routes(*routes, upstreams_known, out);
  map.finish();
}

void sort_by_place(std::vector<ConfigError>& errors) {
  std::stable_sort(errors.begin(), errors.end(), [](const ConfigError& a, const ConfigError& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
  });
}

}  // namespace

std::string HostPort::text() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? '[' + host + ']' : host) + ':' + std::to_string(port);
}

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "debug";
    case LogLevel::info: return "info";
    case LogLevel::warn: return "warn";
    case LogLevel::error: return "error";
  }
  return {};
}

std::string_view to_string(BalancerKind kind) {
  switch (kind) {
    case BalancerKind::round_robin: return "round_robin";
    case BalancerKind::weighted_round_robin: return "weighted_round_robin";
    case BalancerKind::least_connections: return "least_connections";
    case BalancerKind::consistent_hash: return "consistent_hash";
  }
  return {};
}

ConfigResult parse_config(std::string_view yaml) {
  YamlResult tree = parse_yaml(yaml);
  ConfigResult out;
  out.errors = std::move(tree.errors);
  Config config;
  if (tree.root) read_config(ConfigValue(*tree.root, "", out.errors), config);
  sort_by_place(out.errors);
  if (out.errors.size() >= most_config_errors) {
    out.errors.push_back(
        {out.errors.back().line, out.errors.back().column, "", "so many mistakes that no more are listed"});
  }
  if (out.errors.empty()) out.config = std::make_shared<const Config>(std::move(config));
  return out;
}

}  // namespace glassgate
