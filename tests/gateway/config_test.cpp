#include "gateway/config.h"

#include <doctest/doctest.h>

#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "support/config_text.h"

namespace glassgate {
namespace {

using namespace std::chrono_literals;

Config good(const std::string& yaml) {
  const ConfigResult result = parse_config(yaml);
  CHECK(errors_of(yaml).empty());
  REQUIRE(result.config != nullptr);
  return *result.config;
}

TEST_CASE("the least configuration has every default") {
  const Config config = good(least_config);
  CHECK(config.listen == HostPort{"127.0.0.1", 9000});
  CHECK_FALSE(config.admin.has_value());
  CHECK(config.server.max_connections == 1024);
  CHECK(config.server.header_timeout == 10s);
  CHECK(config.server.idle_timeout == 60s);
  CHECK(config.server.body_timeout == 30s);
  CHECK(config.server.drain_timeout == 30s);
  CHECK(config.server.max_header_bytes == 65536);
  CHECK(config.server.max_headers == 100);
  CHECK(config.server.max_body_bytes == 0);
  CHECK(config.server.trusted_proxies.empty());
  CHECK(config.log.level == LogLevel::info);
  CHECK(config.log.access);
  CHECK(config.log.file == "stdout");
  CHECK_FALSE(config.explain);
  CHECK(config.reload_interval == 1s);
  CHECK_FALSE(config.rate_limit.has_value());

  REQUIRE(config.routes.size() == 1);
  const RouteConfig& route = config.routes[0];
  CHECK(route.path == "/");
  CHECK(route.match == RouteConfig::Match::prefix);
  CHECK((route.headers.empty() && route.methods.empty() && route.query.empty() && route.host.empty()));
  CHECK(route.upstream == "/");
  CHECK(route.strip_prefix.empty());
  CHECK_FALSE(route.rate_limit.has_value());
}

TEST_CASE("an upstream with nothing but backends has every default") {
  const Config config = good(least_config);
  REQUIRE(config.upstreams.size() == 1);
  const UpstreamConfig& upstream = config.upstreams[0];
  CHECK(upstream.name == "/");
  CHECK(upstream.balancer == BalancerKind::round_robin);
  CHECK(upstream.hash_on == KeySource{KeySource::Kind::client_ip, ""});
  CHECK(upstream.virtual_nodes == 150);
  CHECK(upstream.backends == std::vector<BackendConfig>{{{"127.0.0.1", 9101}, 1}});
  CHECK(upstream.connect_timeout == 5s);
  CHECK(upstream.response_timeout == 30s);
  CHECK(upstream.pool == PoolConfig{100, 90s});
  CHECK(upstream.retries == 1);
  CHECK_FALSE(upstream.health.active.has_value());
  CHECK_FALSE(upstream.health.passive.has_value());
  CHECK(upstream.health.when_none_healthy == HealthConfig::WhenNoneHealthy::fail_open);
  CHECK_FALSE(upstream.circuit_breaker.has_value());
}

TEST_CASE("what is optional as a whole has its own defaults once it is there") {
  const Config config = good(
      least_config +
      "rate_limit: {requests: 9, window: 3s}\n"
      "upstreams: {u: {backends: [a:1], health: {active: {}, passive: {}}, circuit_breaker: {}}}\n");
  CHECK(config.rate_limit ==
        RateLimitConfig{
            RateLimitConfig::Algorithm::token_bucket, 9, 3s, 9, {KeySource::Kind::client_ip, ""}, 100000, 10min});
  const UpstreamConfig& upstream = config.upstreams.at(0);
  CHECK(upstream.health.active == ActiveHealthConfig{{3, 2}, "/health", 5s, 1s, {200, 399}});
  CHECK(upstream.health.passive == PassiveThresholds{30s, 0.5, 10});
  CHECK(upstream.circuit_breaker == CircuitSettings{5, 30s});
}

TEST_CASE("every key of the gateway as a whole is read") {
  const Config config = good(every_key);
  CHECK(config.listen == HostPort{"0.0.0.0", 8000});
  CHECK(config.admin == HostPort{"::1", 8001});
  CHECK(config.server.max_connections == 2000);
  CHECK(config.server.header_timeout == 11s);
  CHECK(config.server.idle_timeout == 61s);
  CHECK(config.server.body_timeout == 31s);
  CHECK(config.server.drain_timeout == 0s);
  CHECK(config.server.max_header_bytes == 32768);
  CHECK(config.server.max_headers == 99);
  CHECK(config.server.max_body_bytes == 10485760);
  CHECK(config.server.trusted_proxies == std::vector<CidrBlock>{*CidrBlock::parse("10.0.0.0/8"),
                                                                *CidrBlock::parse("2001:db8::/32"),
                                                                *CidrBlock::parse("192.0.2.1")});
  CHECK(config.log.level == LogLevel::debug);
  CHECK_FALSE(config.log.access);
  CHECK(config.log.file == "/var/log/glassgate.log");
  CHECK(config.explain);
  CHECK(config.reload_interval == 0s);
  CHECK(config.rate_limit ==
        RateLimitConfig{RateLimitConfig::Algorithm::token_bucket, 50, 2s, 70, {KeySource::Kind::none, ""}, 1000, 1min});
}

TEST_CASE("every key of an upstream is read") {
  const Config config = good(every_key);
  const UpstreamConfig& users = config.upstreams.at(0);
  CHECK(users.name == "users");
  CHECK(users.balancer == BalancerKind::consistent_hash);
  CHECK(users.hash_on == KeySource{KeySource::Kind::cookie, "session"});
  CHECK(users.virtual_nodes == 100);
  CHECK(users.backends == std::vector<BackendConfig>{{{"users.internal", 80}, 3}, {{"2001:db8::1", 9102}, 1}});
  CHECK(users.connect_timeout == 2s);
  CHECK(users.response_timeout == 60s);
  CHECK(users.pool == PoolConfig{10, 20s});
  CHECK(users.retries == 2);
  CHECK(users.health.active == ActiveHealthConfig{{5, 4}, "/ready?deep=1", 3s, 500ms, {204, 204}});
  CHECK(users.health.passive == PassiveThresholds{60s, 0.25, 20});
  CHECK(users.health.when_none_healthy == HealthConfig::WhenNoneHealthy::fail_closed);
  CHECK(users.circuit_breaker == CircuitSettings{7, 15s});
}

TEST_CASE("every key of a route is read") {
  const Config config = good(every_key);
  const RouteConfig& route = config.routes.at(0);
  CHECK(route.path == "/api/users");
  CHECK(route.match == RouteConfig::Match::prefix);
  CHECK(route.headers == std::vector<FieldMatch>{{"X-Version", "v2", false}, {"X-Any", "", true}});
  CHECK(route.methods == std::vector<std::string>{"GET", "PURGE"});
  CHECK(route.query == std::vector<FieldMatch>{{"beta", "1", false}, {"Any", "", true}});
  CHECK(route.host == "*.example.com");
  CHECK(route.upstream == "users");
  CHECK(route.strip_prefix == "/api");
  CHECK(route.rate_limit == RateLimitConfig{RateLimitConfig::Algorithm::sliding_window,
                                            1000,
                                            60s,
                                            0,
                                            {KeySource::Kind::header, "X-API-Key"},
                                            100000,
                                            10min});
  CHECK(config.routes.at(1).path == "/exact/");
  CHECK(config.routes.at(1).match == RouteConfig::Match::exact);
}

TEST_CASE("every route names an upstream that exists, which has backends, in the order of the file (I2, I3)") {
  const Config config = good(every_key);
  std::set<std::string> names;
  std::string order;
  for (const UpstreamConfig& upstream : config.upstreams) {
    CHECK_FALSE(upstream.backends.empty());
    names.insert(upstream.name);
    order += upstream.name + ' ';
  }
  CHECK(order == "users plain / ");
  for (const RouteConfig& route : config.routes) CHECK(names.contains(route.upstream));
}

TEST_CASE("a configuration is handed out as immutable (I1)") {
  static_assert(std::is_same_v<decltype(ConfigResult::config), std::shared_ptr<const Config>>);
}

TEST_CASE("names of levels and balancers are those of the file") {
  CHECK(to_string(LogLevel::debug) == "debug");
  CHECK(to_string(LogLevel::error) == "error");
  CHECK(to_string(BalancerKind::round_robin) == "round_robin");
  CHECK(to_string(BalancerKind::consistent_hash) == "consistent_hash");
}

TEST_CASE("the listeners' addresses do not collide") {
  struct Row {
    std::string listen;
    std::string admin;
    bool good;
  };
  for (const auto& row : std::vector<Row>{{"127.0.0.1:9000", "127.0.0.1:9901", true},
                                          {"127.0.0.1:0", "127.0.0.1:0", true},
                                          {"127.0.0.1:9000", "127.0.0.2:9000", true},
                                          {"127.0.0.1:9000", "127.0.0.1:9000", false},
                                          {"0.0.0.0:9000", "127.0.0.1:9000", false},
                                          {"127.0.0.1:9000", "'[::]:9000'", false},
                                          {"0.0.0.0:9000", "'[::]:9000'", false},
                                          {"0.0.0.0:9000", "'[::1]:9000'", true}}) {
    const auto& listen = row.listen;
    const auto& admin = row.admin;
    const auto& fits = row.good;
    CAPTURE(listen);
    CAPTURE(admin);
    std::string yaml = "routes: [{path: /, backends: [a:1]}]\n";
    yaml.append("listen: ").append(listen).append("\nadmin: ").append(admin);
    const std::string errors = errors_of(yaml);
    CHECK(errors.empty() == fits);
    if (!fits) CHECK(errors.find(", expected another address than listen's, " + listen) != std::string::npos);
  }
}

TEST_CASE("what stands on the top level is checked") {
  const std::string routes = "routes: [{path: /, backends: [a:1]}]\n";
  const std::string form = ", expected host:port such as 127.0.0.1:9000, 0.0.0.0:9000 or \"[::1]:9000\"";
  struct Row {
    std::string yaml;
    std::string errors;
  };
  for (const auto& row : std::vector<Row>{
           {"", "1:1: the file is empty, expected a map of settings"},
           {"~", "1:1: found nothing, expected a map of settings"},
           {"[]", "1:1: found an empty list, expected a map of settings"},
           {"just text", "1:1: found \"just text\", expected a map of settings"},
           {"{}",
            "1:1: listen: missing, expected host:port such as 127.0.0.1:9000\n"
            "1:1: routes: missing, expected a list of one or more routes"},
           {routes + "listen: 9000", "2:9: listen: found \"9000\"" + form},
           {routes + "listen: a:99999",
            "2:9: listen: found \"a:99999\", expected a port from 0 to 65535 after the colon"},
           {routes + "listen: a:1\nadmin:", "3:1: admin: found nothing" + form},
           {routes + "listen: a:1\nexplain: 1", "3:10: explain: found \"1\", expected true or false"},
           {routes + "listen: a:1\nreload_interval: 1ms",
            "3:18: reload_interval: found \"1ms\", expected a duration such as 250ms, 5s, 1m30s or 2h (10ms to 24h, or "
            "0)"},
           {routes + "listen: a:1\nupstreem: {}", "3:1: upstreem: unknown key; did you mean upstreams?"},
           {routes + "listne: a:1", "2:1: listne: unknown key; did you mean listen?"},
           {routes + "listen: a:1\n  bad",
            "2:9: listen: found \"a:1 bad\", expected a port from 0 to 65535 after the colon"},
       }) {
    const auto& yaml = row.yaml;
    const auto& errors = row.errors;
    CAPTURE(yaml);
    CHECK(errors_of(yaml) == errors);
  }
}

TEST_CASE("all errors of a file are reported at once, in the order of the file") {
  CHECK(errors_of("routes:\n"
                  "  - {path: api, upstream: users}\n"
                  "log: {level: loud}\n"
                  "log: {level: info}\n"
                  "listen: here\n"
                  "upstreams:\n"
                  "  users: {backends: [a:0], retries: many}\n"
                  "colour: red\n") ==
        "2:12: routes[0].path: found \"api\", expected a path such as /api/users, without '?', '#', braces, or a '*' "
        "before its end\n"
        "3:14: log.level: found \"loud\", expected debug, info, warn or error\n"
        "4:1: log: this key stands twice; the first is in line 3\n"
        "5:9: listen: found \"here\", expected host:port such as 127.0.0.1:9000, 0.0.0.0:9000 or \"[::1]:9000\"\n"
        "7:22: upstreams.users.backends[0]: found \"a:0\", expected a port from 1 to 65535 after the colon\n"
        "7:37: upstreams.users.retries: found \"many\", expected a whole number from 0 to 10\n"
        "8:1: colour: unknown key; known here: listen, admin, server, log, explain, reload_interval, rate_limit, "
        "upstreams, routes");
}

}  // namespace
}  // namespace glassgate
