// What the configuration file said, checked.
//
// Problem: a gateway with a half-understood configuration is worse than one that does not start.
// Guarantee: parse_config() either returns a Config in which every value is in range and every reference exists, or
// every error of the file at once (up to most_config_errors), each with its place. Nothing of a bad file takes effect.
// Invariants:
//   I1 a Config is immutable once loaded: it is handed out as `shared_ptr<const Config>`
//   I2 every route names an upstream that exists, every upstream has at least one backend
//   I3 the order of `upstreams` and `routes` is the file's order
// Units: durations in nanoseconds (std::chrono), sizes in bytes. 0 means "no limit" or "off" where the field says so.
// Thread rule: immutable, so any thread may read it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/ip_address.h"
#include "primitives/breaker/circuit_breaker.h"
#include "primitives/health/active_health.h"
#include "primitives/health/passive_health.h"

namespace glassgate {

// Where to listen, or where a backend is. `host` is a name, an IPv4 address, or an IPv6 address without brackets.
struct HostPort {
  std::string host;
  uint16_t port = 0;
  std::string text() const;  // host:port, [v6]:port
  bool operator==(const HostPort&) const = default;
};

struct ServerConfig {
  size_t max_connections = 1024;
  Duration header_timeout = std::chrono::seconds(10);
  Duration idle_timeout = std::chrono::seconds(60);
  Duration body_timeout = std::chrono::seconds(30);
  Duration drain_timeout = std::chrono::seconds(30);
  size_t max_header_bytes = size_t{64} * 1024;
  size_t max_headers = 100;
  uint64_t max_body_bytes = 0;  // 0: no limit
  std::vector<CidrBlock> trusted_proxies;
};

enum class LogLevel { debug, info, warn, error };
std::string_view to_string(LogLevel level);

struct LogConfig {
  LogLevel level = LogLevel::info;
  bool access = true;
  std::string file = "stdout";  // stdout, stderr or a path
};

// What a request is keyed by, for a rate limit or a hash ring.
struct KeySource {
  enum class Kind { none, client_ip, path, header, cookie };
  Kind kind = Kind::none;
  std::string name;  // of the header or the cookie
  bool operator==(const KeySource&) const = default;
};

struct RateLimitConfig {
  enum class Algorithm { token_bucket, sliding_window };
  Algorithm algorithm = Algorithm::token_bucket;
  uint64_t requests = 0;  // this many ...
  Duration window{};      // ... in this long
  uint64_t burst = 0;     // token_bucket: the bucket's capacity
  KeySource key{KeySource::Kind::client_ip, ""};
  size_t max_keys = 100000;
  Duration idle_keys_after = std::chrono::minutes(10);
  bool operator==(const RateLimitConfig&) const = default;
};

struct StatusRange {
  int low = 200;
  int high = 399;
  bool operator==(const StatusRange&) const = default;
};

// When a probe's results count is the primitive's: see primitives/health/active_health.h.
struct ActiveHealthConfig : ActiveThresholds {
  std::string path = "/health";
  Duration interval = std::chrono::seconds(5);
  Duration timeout = std::chrono::seconds(1);
  StatusRange expect;
  bool operator==(const ActiveHealthConfig&) const = default;
};

struct HealthConfig {
  enum class WhenNoneHealthy { fail_open, fail_closed };
  std::optional<ActiveHealthConfig> active;
  std::optional<PassiveThresholds> passive;
  WhenNoneHealthy when_none_healthy = WhenNoneHealthy::fail_open;
  bool operator==(const HealthConfig&) const = default;
};

struct BackendConfig {
  HostPort address;
  unsigned weight = 1;
  bool operator==(const BackendConfig&) const = default;
};

struct PoolConfig {
  size_t max_idle = 100;
  Duration idle_timeout = std::chrono::seconds(90);
  bool operator==(const PoolConfig&) const = default;
};

enum class BalancerKind { round_robin, weighted_round_robin, least_connections, consistent_hash };
std::string_view to_string(BalancerKind kind);

struct UpstreamConfig {
  std::string name;  // an upstream made from a route's short form is named as its route is
  BalancerKind balancer = BalancerKind::round_robin;
  KeySource hash_on{KeySource::Kind::client_ip, ""};
  unsigned virtual_nodes = 150;
  std::vector<BackendConfig> backends;
  Duration connect_timeout = std::chrono::seconds(5);
  Duration response_timeout = std::chrono::seconds(30);
  PoolConfig pool;
  unsigned retries = 1;
  HealthConfig health;
  std::optional<CircuitSettings> circuit_breaker;
};

// A header or a query parameter that a route asks for. `any`: it must be there, with whatever value ("*").
struct FieldMatch {
  std::string name;
  std::string value;
  bool any = false;
  bool operator==(const FieldMatch&) const = default;
};

struct RouteConfig {
  enum class Match { prefix, exact };
  std::string name;  // route_name(), numbered where routes of the file share it
  std::string path;  // begins with '/'; decoded, without dot segments; a trailing /* or * was taken off
  Match match = Match::prefix;
  std::vector<FieldMatch> headers;
  std::vector<std::string> methods;  // empty: any
  std::vector<FieldMatch> query;
  std::string host;      // lower case; empty: any; "*.example.com": one label or more before it
  std::string upstream;  // the name of one of Config::upstreams
  std::string strip_prefix;
  std::optional<RateLimitConfig> rate_limit;
};

struct Config {
  HostPort listen;
  std::optional<HostPort> admin;
  ServerConfig server;
  LogConfig log;
  bool explain = false;
  Duration reload_interval = std::chrono::seconds(1);  // 0: no polling
  std::optional<RateLimitConfig> rate_limit;
  std::vector<UpstreamConfig> upstreams;
  std::vector<RouteConfig> routes;
};

// One mistake in a file. Lines and columns start at 1.
struct ConfigError {
  int line = 0;
  int column = 0;       // in bytes
  std::string key;      // the dotted way to it: upstreams.users.backends[1].weight
  std::string message;  // what was found and what was expected
};

// A file of another kind is full of mistakes: a list of so many is cut short, and says so.
constexpr size_t most_config_errors = 1000;

// file:line:column: key: message
std::string describe(const ConfigError& error, std::string_view file);

// Either config or errors is set.
struct ConfigResult {
  std::shared_ptr<const Config> config;
  std::vector<ConfigError> errors;  // in the order of the file
};

// What a file held when it was read. To read is cheap and to parse is not: where two are equal, nothing has changed.
struct ConfigFile {
  std::string text;
  std::string error;             // why it could not be read; empty when it could
  bool lacks_resources = false;  // of our own: no descriptor, no memory
  bool operator==(const ConfigFile&) const = default;
};

ConfigFile read_config_file(const std::string& path);
ConfigResult parse_config(std::string_view yaml);
ConfigResult parse_config(const ConfigFile& file);  // one that could not be read is one error at 1:1

}  // namespace glassgate
