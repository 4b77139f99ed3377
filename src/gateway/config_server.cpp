// The parts that are about the gateway as a whole: server, log, and rate limits (which a route may have too).
#include "gateway/config_schema.h"
#include "gateway/config_values.h"

namespace glassgate {
namespace {

constexpr IntegerRange any_budget{1, 1'000'000'000};

void read_trusted_proxies(const ConfigValue& at, std::vector<CidrBlock>& out) {
  if (!at.is_list()) return at.expected("a list of addresses or CIDR blocks such as [10.0.0.0/8]");
  for (const ConfigValue& item : at.children()) {
    if (const auto block = CidrBlock::parse(item.node().text)) {
      out.push_back(*block);
    } else {
      item.expected("an address or a CIDR block without bits below its prefix, such as 10.0.0.0/8 or 2001:db8::/32");
    }
  }
}

void read_rate_limit_key(const ConfigValue& at, KeySource& out) {
  const auto source = parse_key_source(at.node().text);
  const bool fits = source && source->kind != KeySource::Kind::path && source->kind != KeySource::Kind::cookie;
  if (!fits) return at.expected("none, client_ip or header:NAME");
  out = *source;
}

}  // namespace

void read_server(const ConfigValue& at, ServerConfig& out) {
  ConfigMap map(at);
  map.integer("max_connections", {1, 100'000}, out.max_connections);
  map.duration("header_timeout", any_timeout, out.header_timeout);
  map.duration("idle_timeout", any_timeout, out.idle_timeout);
  map.duration("body_timeout", any_timeout, out.body_timeout);
  map.duration("drain_timeout", {any_timeout.low, any_timeout.high, true}, out.drain_timeout);
  map.size("max_header_bytes", {256, 16 << 20}, out.max_header_bytes);
  map.integer("max_headers", {1, 10'000}, out.max_headers);
  map.size("max_body_bytes", {0, uint64_t{1} << 40}, out.max_body_bytes);
  if (const auto proxies = map.find("trusted_proxies")) read_trusted_proxies(*proxies, out.trusted_proxies);
  map.finish();
}

void read_log(const ConfigValue& at, LogConfig& out) {
  constexpr std::string_view file_expected = "stdout, stderr or a path";
  ConfigMap map(at);
  map.choice("level", {"debug", "info", "warn", "error"}, out.level);
  map.boolean("access", out.access);
  if (const auto file = map.find("file")) {
    const auto name = file->text(file_expected);
    if (name && name->empty()) file->expected(file_expected);
    if (name) out.file = *name;
  }
  map.finish();
}

RateLimitConfig read_rate_limit(const ConfigValue& at) {
  using Algorithm = RateLimitConfig::Algorithm;
  RateLimitConfig out;
  ConfigMap map(at);
  const auto algorithm = map.find("algorithm");
  const bool algorithm_known = !algorithm || map.choice("algorithm", {"token_bucket", "sliding_window"}, out.algorithm);
  if (map.require("requests", "how many requests the window lets through")) {
    map.integer("requests", any_budget, out.requests);
  }
  if (map.require("window", "a duration such as 1s")) map.duration("window", any_timeout, out.window);

  const bool is_bucket = out.algorithm == Algorithm::token_bucket;
  if (is_bucket) out.burst = out.requests;
  if (const auto burst = map.find("burst")) {
    const bool good = map.integer("burst", any_budget, out.burst);
    if (good && algorithm_known && !is_bucket) burst->fail_at_key("only the algorithm token_bucket has a burst");
  }
  if (const auto key = map.find("key")) read_rate_limit_key(*key, out.key);
  map.integer("max_keys", {1, 10'000'000}, out.max_keys);
  map.duration("idle_keys_after", any_timeout, out.idle_keys_after);
  map.finish();
  return out;
}

}  // namespace glassgate
