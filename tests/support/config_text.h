// Configurations for tests: what the checker says of a text, and one text that holds every key there is.
#pragma once

#include <string>

#include "gateway/config.h"

namespace glassgate {

// One line an error: "3:5: server.idle_timeout: found ...". Empty when there is none.
inline std::string errors_of(std::string_view yaml) {
  std::string out;
  for (const ConfigError& error : parse_config(yaml).errors) {
    if (!out.empty()) out += '\n';
    out += describe(error, "").substr(1);  // no file, and not its colon
  }
  return out;
}

// What every configuration needs, in two lines; what is appended begins in line 3.
inline const std::string least_config = "listen: 127.0.0.1:9000\nroutes: [{path: /, backends: [127.0.0.1:9101]}]\n";

// Every key, none with its default where it has one.
inline const std::string every_key = R"(listen: 0.0.0.0:8000
admin: "[::1]:8001"
server:
  max_connections: 2000
  header_timeout: 11s
  idle_timeout: 1m1s
  body_timeout: 31s
  drain_timeout: 0
  max_header_bytes: 32KiB
  max_headers: 99
  max_body_bytes: 10MiB
  trusted_proxies: [10.0.0.0/8, "2001:db8::/32", 192.0.2.1]
log:
  level: debug
  access: false
  file: /var/log/glassgate.log
explain: true
reload_interval: 0
rate_limit:
  algorithm: token_bucket
  requests: 50
  window: 2s
  burst: 70
  key: none
  max_keys: 1000
  idle_keys_after: 1m
upstreams:
  users:
    balancer: consistent_hash
    hash_on: cookie:session
    virtual_nodes: 100
    backends:
      - address: http://Users.Internal
        weight: 3
      - "[2001:db8::1]:9102"
    connect_timeout: 2s
    response_timeout: 1m
    pool:
      max_idle: 10
      idle_timeout: 20s
    retries: 2
    health:
      active:
        path: /ready?deep=1
        interval: 3s
        timeout: 500ms
        expect: 204
        unhealthy_after: 5
        healthy_after: 4
      passive:
        window: 1m
        error_rate: 0.25
        min_requests: 20
      when_none_healthy: fail_closed
    circuit_breaker:
      max_failures: 7
      open_for: 15s
  plain:
    backends: [127.0.0.1:9103]
routes:
  - path: /api/users/*
    match: prefix
    headers:
      X-Version: v2
      X-Any: "*"
    methods: [GET, PURGE]
    query:
      beta: 1
      Any: "*"
    host: "*.Example.com"
    upstream: users
    strip_prefix: /api/
    rate_limit:
      algorithm: sliding_window
      requests: 1000
      window: 1m
      key: header:X-API-Key
  - path: /exact/
    match: exact
    upstream: plain
  - path: /
    backends:
      - http://127.0.0.1:9101
      - address: 127.0.0.1:9102
        weight: 2
)";

}  // namespace glassgate
