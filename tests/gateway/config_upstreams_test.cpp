#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/config_schema.h"
#include "support/config_text.h"

namespace glassgate {
namespace {

struct Row {
  std::string text;   // line 5: a setting of the upstream "u"; its column begins at 5
  std::string error;  // nothing: it is good
};

std::string with_upstream(const std::string& settings) {
  return least_config + "upstreams:\n  u:\n    " + settings + "\n";
}

void check_rows(const std::vector<Row>& rows, const std::string& after = "\n    backends: [a:1]") {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(errors_of(with_upstream(row.text + after)) == row.error);
  }
}

TEST_CASE("an upstream has a name and at least one backend") {
  const std::string list = "a list of one or more backends such as [127.0.0.1:9101]";
  const std::string name = "a name is 1 to 64 letters, digits, '_', '-' or '.'";
  const std::string longest(64, 'u');
  for (const auto& row : std::vector<Row>{
           {"upstreams: {}", ""},
           {"upstreams: {" + longest + ": {backends: [a:1]}}", ""},
           {"upstreams: {" + longest + "v: {backends: [a:1]}}", "3:13: upstreams." + longest + "v: " + name},
           {"upstreams: {Users_v2.eu-1: {backends: [a:1]}}", ""},
           {"upstreams:", "3:1: upstreams: found nothing, expected a map from names to upstreams"},
           {"upstreams: [a:1]", "3:12: upstreams: found a list, expected a map from names to upstreams"},
           {"upstreams: {u: a:1}", "3:16: upstreams.u: found \"a:1\", expected a map of settings"},
           {"upstreams: {u: {}}", "3:13: upstreams.u.backends: missing, expected " + list},
           {"upstreams: {u: {backends: []}}", "3:27: upstreams.u.backends: found an empty list, expected " + list},
           {"upstreams: {u: {backends: a:1}}", "3:27: upstreams.u.backends: found \"a:1\", expected " + list},
           {"upstreams: {u: {backend: [a:1]}}", "3:17: upstreams.u.backend: unknown key; did you mean backends?"},
           {"upstreams: {a b: {backends: [a:1]}}", "3:13: upstreams.a b: " + name},
           {"upstreams: {/x: {backends: [a:1]}}", "3:13: upstreams./x: " + name},
       }) {
    const auto& yaml = row.text;
    const auto& error = row.error;
    CAPTURE(yaml);
    CHECK(errors_of(least_config + yaml) == error);
  }
}

TEST_CASE("each backend has an address of its own and a weight") {
  const std::string form =
      ", expected host:port or http://host:port, such as 127.0.0.1:9101, users.internal:8080 or \"[::1]:9101\"";
  check_rows(
      {
          {"backends: [a:1, 'http://a:2', {address: 'a:3', weight: 65535}]", ""},
          {"backends: [a]", "5:16: upstreams.u.backends[0]: found \"a\"" + form},
          {"backends: [~, [a], {address: b}]", "5:15: upstreams.u.backends[0]: found nothing" + form +
                                                   "\n5:19: upstreams.u.backends[1]: found a list" + form +
                                                   "\n5:34: upstreams.u.backends[2].address: found \"b\"" + form},
          {"backends: [{weight: 1}]",
           "5:16: upstreams.u.backends[0].address: missing, expected host:port such as 127.0.0.1:9101"},
          {"backends: [{addres: 'a:1'}]", "5:17: upstreams.u.backends[0].addres: unknown key; did you mean address?"},
          {"backends: [{address: 'a:1', weight: 0}]",
           "5:41: upstreams.u.backends[0].weight: found \"0\", expected a whole number from 1 to 65535"},
          {"backends: [a:80, b:80, 'http://A']", "5:28: upstreams.u.backends[2]: the same address as backends[0]"},
          {"backends: ['[::1]:1', '[0:0::1]:1']", "5:27: upstreams.u.backends[1]: the same address as backends[0]"},
          // The backend with the wrong weight keeps its address.
          {"backends: [{address: 'a:1', weight: 0}, a:1]",
           "5:41: upstreams.u.backends[0].weight: found \"0\", expected a whole number from 1 to 65535\n"
           "5:45: upstreams.u.backends[1]: the same address as backends[0]"},
      },
      "");
}

TEST_CASE("the settings of a hash ring belong to consistent_hash") {
  check_rows(
      {
          {"{balancer: weighted_round_robin, backends: [a:1]}", ""},
          {"{balancer: consistent-hash, backends: [a:1]}",
           "5:16: upstreams.u.balancer: found \"consistent-hash\", expected round_robin, weighted_round_robin, "
           "least_connections or consistent_hash; did you mean consistent_hash?"},
          {"{balancer: consistent_hash, hash_on: path, virtual_nodes: 10, backends: [a:1]}", ""},
          {"{hash_on: client_ip, virtual_nodes: 150, backends: [a:1]}", ""},  // the defaults change nothing
          {"{hash_on: path, virtual_nodes: 10, backends: [a:1]}",
           "5:6: upstreams.u.hash_on: only the balancer consistent_hash hashes\n"
           "5:21: upstreams.u.virtual_nodes: only the balancer consistent_hash has virtual nodes"},
          {"{balancer: x, hash_on: path, backends: [a:1]}",
           "5:16: upstreams.u.balancer: found \"x\", expected round_robin, weighted_round_robin, least_connections or "
           "consistent_hash"},
          {"{balancer: consistent_hash, hash_on: none, virtual_nodes: 0, backends: [a:1]}",
           "5:42: upstreams.u.hash_on: found \"none\", expected client_ip, path, header:NAME or cookie:NAME\n"
           "5:63: upstreams.u.virtual_nodes: found \"0\", expected a whole number from 1 to 10000"},
          {"{balancer: consistent_hash, virtual_nodes: 1000, backends: [{address: 'a:1', weight: 1001}]}",
           "4:3: upstreams.u: a hash ring of 1001000 points (weights times virtual_nodes), expected at most 1000000"},
      },
      "");
}

TEST_CASE("time-outs, pool and retries have ranges") {
  const std::string duration = ", expected a duration such as 250ms, 5s, 1m30s or 2h (1ms to 24h)";
  check_rows({
      {"connect_timeout: 0", "5:22: upstreams.u.connect_timeout: found \"0\"" + duration},
      {"response_timeout: 30", "5:23: upstreams.u.response_timeout: found \"30\"" + duration},
      {"pool: {max_idle: 0, idle_timeout: 1ms}", ""},
      {"pool: {max_idle: -1, idle_timeout: 0, size: 3}",
       "5:22: upstreams.u.pool.max_idle: found \"-1\", expected a whole number from 0 to 100000\n"
       "5:40: upstreams.u.pool.idle_timeout: found \"0\"" +
           duration + "\n5:43: upstreams.u.pool.size: unknown key; known here: max_idle, idle_timeout"},
      {"retries: 0", ""},
      {"retries: 11", "5:14: upstreams.u.retries: found \"11\", expected a whole number from 0 to 10"},
  });
}

TEST_CASE("health is asked for and watched within ranges") {
  const std::string status = ", expected a status or a range of them, such as 200 or 200-399 (200 to 599)";
  const std::string path = ", expected a path to ask for, such as /health";
  const std::string key = "upstreams.u.health";
  check_rows({
      {"health: {}", ""},
      {"health: {active: {}, passive: {}}", ""},
      {"health: {active:}", "5:14: " + key + ".active: found nothing, expected a map of settings"},
      {"health: {active: {path: health}}", "5:29: " + key + ".active.path: found \"health\"" + path},
      {"health: {active: {path: /a b}}", "5:29: " + key + ".active.path: found \"/a b\"" + path},
      {"health: {active: {path: }}", "5:23: " + key + ".active.path: found nothing" + path},
      {"health: {active: {expect: 2xx}}", "5:31: " + key + ".active.expect: found \"2xx\"" + status},
      {"health: {active: {expect: 399-200}}", "5:31: " + key + ".active.expect: found \"399-200\"" + status},
      {"health: {active: {unhealthy_after: 0, healthy_after: 0}}",
       "5:40: " + key + ".active.unhealthy_after: found \"0\", expected a whole number from 1 to 1000\n" +
           "5:58: " + key + ".active.healthy_after: found \"0\", expected a whole number from 1 to 1000"},
      {"health: {passive: {error_rate: 50%, min_requests: 0}}",
       "5:36: " + key + ".passive.error_rate: found \"50%\", expected a ratio over 0 and up to 1, such as 0.5\n" +
           "5:55: " + key + ".passive.min_requests: found \"0\", expected a whole number from 1 to 1000000"},
      {"health: {when_none_healthy: open}",
       "5:33: " + key + ".when_none_healthy: found \"open\", expected fail_open or fail_closed"},
      {"health: {pasive: {}}", "5:14: " + key + ".pasive: unknown key; did you mean passive?"},
  });
}

TEST_CASE("a circuit breaker has a count and a pause") {
  check_rows({
      {"circuit_breaker: {}", ""},
      {"circuit_breaker:", "5:5: upstreams.u.circuit_breaker: found nothing, expected a map of settings"},
      {"circuit_breaker: {max_failures: 0, open_for: forever}",
       "5:37: upstreams.u.circuit_breaker.max_failures: found \"0\", expected a whole number from 1 to 1000000\n"
       "5:50: upstreams.u.circuit_breaker.open_for: found \"forever\", expected a duration such as 250ms, 5s, 1m30s or "
       "2h "
       "(1ms to 24h)"},
  });
}

}  // namespace
}  // namespace glassgate
