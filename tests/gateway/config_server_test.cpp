#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/config_schema.h"
#include "support/config_text.h"

namespace glassgate {
namespace {

struct Row {
  std::string text;   // appended to the least configuration, so it begins in line 3
  std::string error;  // nothing: it is good
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(errors_of(least_config + row.text) == row.error);
  }
}

TEST_CASE("the server's limits have ranges") {
  const std::string duration = ", expected a duration such as 250ms, 5s, 1m30s or 2h (1ms to 24h)";
  check_rows({
      {"server: {}", ""},
      {"server:", "3:1: server: found nothing, expected a map of settings"},
      {"server: 5", "3:9: server: found \"5\", expected a map of settings"},
      {"server: {max_connections: 1}", ""},
      {"server: {max_connections: 0}",
       "3:27: server.max_connections: found \"0\", expected a whole number from 1 to 100000"},
      {"server:\n  header_timeout: 10 seconds", "4:19: server.header_timeout: found \"10 seconds\"" + duration},
      {"server: {idle_timeout: 0}", "3:24: server.idle_timeout: found \"0\"" + duration},
      {"server: {body_timeout: 25h}", "3:24: server.body_timeout: found \"25h\"" + duration},
      {"server: {drain_timeout: 0s}", ""},
      {"server: {drain_timeout: -1s}",
       "3:25: server.drain_timeout: found \"-1s\", expected a duration such as 250ms, 5s, 1m30s or 2h (1ms to 24h, or "
       "0)"},
      {"server: {max_header_bytes: 64KB}",
       "3:28: server.max_header_bytes: found \"64KB\", expected a size such as 512, 64KiB or 10MiB (256 to 16MiB)"},
      {"server: {max_headers: 10001}",
       "3:23: server.max_headers: found \"10001\", expected a whole number from 1 to 10000"},
      {"server: {max_body_bytes: 2TiB}",
       "3:26: server.max_body_bytes: found \"2TiB\", expected a size such as 512, 64KiB or 10MiB (0 to 1TiB)"},
      {"server:\n  header_timout: 5s", "4:3: server.header_timout: unknown key; did you mean header_timeout?"},
  });
}

TEST_CASE("trusted proxies are addresses and CIDR blocks, each of which may be wrong") {
  const std::string expected =
      ", expected an address or a CIDR block without bits below its prefix, such as 10.0.0.0/8 or 2001:db8::/32";
  check_rows({
      {"server: {trusted_proxies: []}", ""},
      {"server: {trusted_proxies: 10.0.0.0/8}",
       "3:27: server.trusted_proxies: found \"10.0.0.0/8\", expected a list of addresses or CIDR blocks such as "
       "[10.0.0.0/8]"},
      {"server: {trusted_proxies: [10.1.0.0/8, ::1, all, 10.0.0.0/33]}",
       "3:28: server.trusted_proxies[0]: found \"10.1.0.0/8\"" + expected +
           "\n3:45: server.trusted_proxies[2]: found \"all\"" + expected +
           "\n3:50: server.trusted_proxies[3]: found \"10.0.0.0/33\"" + expected},
  });
}

TEST_CASE("the log has a level, a switch and a place") {
  check_rows({
      {"log: {level: warn, access: true, file: stderr}", ""},
      {"log: {level: warning}", "3:14: log.level: found \"warning\", expected debug, info, warn or error"},
      {"log: {level: INFO}",
       "3:14: log.level: found \"INFO\", expected debug, info, warn or error; did you mean info?"},
      {"log: {access: on}", "3:15: log.access: found \"on\", expected true or false"},
      {"log: {file: ''}", "3:13: log.file: found \"\", expected stdout, stderr or a path"},
      {"log: {file: \"a\\0b\"}", "3:13: log.file: found \"a\\u0000b\", expected stdout, stderr or a path"},
  });
}

TEST_CASE("a rate limit needs requests and a window") {
  check_rows({
      {"rate_limit: {requests: 1, window: 1s}", ""},
      {"rate_limit: {}",
       "3:1: rate_limit.requests: missing, expected how many requests the window lets through\n"
       "3:1: rate_limit.window: missing, expected a duration such as 1s"},
      {"rate_limit: {requests: 0, window: 0}",
       "3:24: rate_limit.requests: found \"0\", expected a whole number from 1 to 1000000000\n"
       "3:35: rate_limit.window: found \"0\", expected a duration such as 250ms, 5s, 1m30s or 2h (1ms to 24h)"},
      {"rate_limit: {requests: 10/s, window: 1s}",
       "3:24: rate_limit.requests: found \"10/s\", expected a whole number from 1 to 1000000000"},
      {"rate_limit: {requests: 1, window: 1s, max_keys: 0, idle_keys_after: x}",
       "3:49: rate_limit.max_keys: found \"0\", expected a whole number from 1 to 10000000\n"
       "3:69: rate_limit.idle_keys_after: found \"x\", expected a duration such as 250ms, 5s, 1m30s or 2h (1ms to "
       "24h)"},
  });
}

TEST_CASE("only a token bucket has a burst, and it is the requests unless it is given") {
  check_rows({
      {"rate_limit: {requests: 1, window: 1s, algorithm: sliding_window}", ""},
      {"rate_limit: {requests: 1, window: 1s, algorithm: sliding_window, burst: 5}",
       "3:66: rate_limit.burst: only the algorithm token_bucket has a burst"},
      {"rate_limit: {requests: 1, window: 1s, algorithm: leaky, burst: 5}",
       "3:50: rate_limit.algorithm: found \"leaky\", expected token_bucket or sliding_window"},
      {"rate_limit: {requests: 1, window: 1s, burst: 0}",
       "3:46: rate_limit.burst: found \"0\", expected a whole number from 1 to 1000000000"},
  });
  const ConfigResult by_default = parse_config(least_config + "rate_limit: {requests: 5, window: 1s}");
  REQUIRE(by_default.config != nullptr);
  CHECK(by_default.config->rate_limit->burst == 5);
}

TEST_CASE("a rate limit is keyed by nothing, the client or a header") {
  const std::string expected = ", expected none, client_ip or header:NAME";
  check_rows({
      {"rate_limit: {requests: 1, window: 1s, key: none}", ""},
      {"rate_limit: {requests: 1, window: 1s, key: 'header:X-Key'}", ""},
      {"rate_limit: {requests: 1, window: 1s, key: path}", "3:44: rate_limit.key: found \"path\"" + expected},
      {"rate_limit: {requests: 1, window: 1s, key: 'cookie:a'}", "3:44: rate_limit.key: found \"cookie:a\"" + expected},
      {"rate_limit: {requests: 1, window: 1s, key: 'header:a b'}",
       "3:44: rate_limit.key: found \"header:a b\"" + expected},
  });
}

}  // namespace
}  // namespace glassgate
