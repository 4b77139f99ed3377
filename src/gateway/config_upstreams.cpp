// Upstreams: their backends, how one is chosen, and how it is told whether one is well.
#include <algorithm>
#include <map>
#include <utility>

#include "base/strings.h"
#include "gateway/config_schema.h"
#include "gateway/config_values.h"

namespace glassgate {
namespace {

constexpr std::string_view backends_expected = "a list of one or more backends such as [127.0.0.1:9101]";
constexpr uint64_t most_ring_points = 1'000'000;  // a ring holds them all in memory

// Names go into metrics, logs and dotted keys. No '/': such a name belongs to an upstream made for a route.
bool is_upstream_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || c == '-' || c == '.';
  });
}

std::optional<HostPort> read_backend_address(const ConfigValue& at) {
  ParsedAddress parsed = parse_backend_address(at.node().text);
  if (!parsed.address) at.expected(parsed.expected);
  return parsed.address;
}

// Nothing without an address. A wrong weight alone leaves the backend, so that its address still counts as taken.
std::optional<BackendConfig> read_backend(const ConfigValue& at) {
  BackendConfig out;
  if (!at.is_map()) {
    const auto address = read_backend_address(at);
    if (address) out.address = *address;
    return address ? std::optional(out) : std::nullopt;
  }
  ConfigMap map(at);
  const auto address_at = map.require("address", "host:port such as 127.0.0.1:9101");
  const auto address = address_at ? read_backend_address(*address_at) : std::nullopt;
  if (address) out.address = *address;
  map.integer("weight", {1, 65535}, out.weight);
  map.finish();
  return address ? std::optional(out) : std::nullopt;
}

void read_hash_on(const ConfigValue& at, KeySource& out) {
  const auto source = parse_key_source(at.node().text);
  if (!source || source->kind == KeySource::Kind::none) {
    return at.expected("client_ip, path, header:NAME or cookie:NAME");
  }
  out = *source;
}

// Both settings may say their default beside any balancer, because that changes nothing.
void check_ring_settings(ConfigMap& map, const UpstreamConfig& upstream) {
  const UpstreamConfig defaults;
  if (const auto at = map.find("hash_on"); at && upstream.hash_on != defaults.hash_on) {
    at->fail_at_key("only the balancer consistent_hash hashes");
  }
  if (const auto at = map.find("virtual_nodes"); at && upstream.virtual_nodes != defaults.virtual_nodes) {
    at->fail_at_key("only the balancer consistent_hash has virtual nodes");
  }
}

void check_ring_size(const ConfigValue& at, const UpstreamConfig& upstream) {
  uint64_t points = 0;
  for (const BackendConfig& backend : upstream.backends) points += uint64_t{backend.weight} * upstream.virtual_nodes;
  if (points <= most_ring_points) return;
  at.fail_at_key("a hash ring of " + std::to_string(points) +
                 " points (weights times virtual_nodes), expected at most " + std::to_string(most_ring_points));
}

void read_balancing(const ConfigValue& at, ConfigMap& map, UpstreamConfig& out) {
  const auto balancer = map.find("balancer");
  const bool known = !balancer ||
                     map.choice("balancer",
                                {"round_robin", "weighted_round_robin", "least_connections", "consistent_hash"},
                                out.balancer);
  if (const auto hash_on = map.find("hash_on")) read_hash_on(*hash_on, out.hash_on);
  map.integer("virtual_nodes", {1, 10'000}, out.virtual_nodes);
  if (!known) return;
  if (out.balancer == BalancerKind::consistent_hash) {
    check_ring_size(at, out);
  } else {
    check_ring_settings(map, out);
  }
}

void read_pool(const ConfigValue& at, PoolConfig& out) {
  ConfigMap map(at);
  map.integer("max_idle", {0, 100'000}, out.max_idle);
  map.duration("idle_timeout", any_timeout, out.idle_timeout);
  map.finish();
}

// It goes into the probe's request line as it is.
bool is_probe_path(std::string_view path) {
  return path.starts_with('/') && is_visible(path) && path.find('#') == std::string_view::npos;
}

ActiveHealthConfig read_active(const ConfigValue& at) {
  ActiveHealthConfig out;
  ConfigMap map(at);
  if (const auto path = map.find("path")) {
    out.path = path->node().text;
    if (!is_probe_path(out.path)) path->expected("a path to ask for, such as /health");
  }
  map.duration("interval", any_timeout, out.interval);
  map.duration("timeout", any_timeout, out.timeout);
  if (const auto expect = map.find("expect")) {
    const auto range = parse_status_range(expect->node().text);
    if (range) out.expect = *range;
    if (!range) expect->expected("a status or a range of them, such as 200 or 200-399 (200 to 599)");
  }
  map.integer("unhealthy_after", {1, 1000}, out.unhealthy_after);
  map.integer("healthy_after", {1, 1000}, out.healthy_after);
  map.finish();
  return out;
}

PassiveThresholds read_passive(const ConfigValue& at) {
  PassiveThresholds out;
  ConfigMap map(at);
  map.duration("window", any_timeout, out.window);
  map.ratio("error_rate", out.error_rate);
  map.integer("min_requests", {1, 1'000'000}, out.min_requests);
  map.finish();
  return out;
}

void read_health(const ConfigValue& at, HealthConfig& out) {
  ConfigMap map(at);
  if (const auto active = map.find("active")) out.active = read_active(*active);
  if (const auto passive = map.find("passive")) out.passive = read_passive(*passive);
  map.choice("when_none_healthy", {"fail_open", "fail_closed"}, out.when_none_healthy);
  map.finish();
}

CircuitSettings read_circuit_breaker(const ConfigValue& at) {
  CircuitSettings out;
  ConfigMap map(at);
  map.integer("max_failures", {1, 1'000'000}, out.max_failures);
  map.duration("open_for", any_timeout, out.open_for);
  map.finish();
  return out;
}

UpstreamConfig read_upstream(const ConfigValue& at) {
  UpstreamConfig out;
  out.name = at.node().key;
  if (!is_upstream_name(out.name)) {
    at.fail_at_key("a name is 1 to 64 letters, digits, '_', '-' or '.'");
  } else if (out.name == "-") {
    at.fail_at_key("in the metrics, this name stands for requests that reached no upstream");
  }
  ConfigMap map(at);
  if (const auto backends = map.require("backends", backends_expected)) {
    out.backends = read_backends(*backends);
  }
  read_balancing(at, map, out);
  map.duration("connect_timeout", any_timeout, out.connect_timeout);
  map.duration("response_timeout", any_timeout, out.response_timeout);
  if (const auto pool = map.find("pool")) read_pool(*pool, out.pool);
  map.integer("retries", {0, 10}, out.retries);
  if (const auto health = map.find("health")) read_health(*health, out.health);
  if (const auto breaker = map.find("circuit_breaker")) out.circuit_breaker = read_circuit_breaker(*breaker);
  map.finish();
  return out;
}

}  // namespace

std::vector<BackendConfig> read_backends(const ConfigValue& at) {
  std::vector<BackendConfig> out;
  const auto items = at.list(backends_expected);
  if (!items) return out;
  std::map<std::string, size_t> taken;  // by the index of the first
  for (size_t i = 0; i < items->size(); ++i) {
    const auto backend = read_backend((*items)[i]);
    if (!backend) continue;
    const auto [first, is_new] = taken.emplace(backend->address.text(), i);
    if (is_new) {
      out.push_back(*backend);
    } else {
      (*items)[i].fail("the same address as backends[" + std::to_string(first->second) + "]");
    }
  }
  return out;
}

void read_upstreams(const ConfigValue& at, std::vector<UpstreamConfig>& out) {
  if (!at.is_map()) return at.expected("a map from names to upstreams");
  for (const ConfigValue& item : at.children()) out.push_back(read_upstream(item));
}

}  // namespace glassgate
