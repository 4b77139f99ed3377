#include "gateway/config_future.h"

#include <doctest/doctest.h>

namespace glassgate {
namespace {

std::vector<std::string> keys_of(const std::string& yaml) {
  const ConfigResult result = parse_config("listen: 127.0.0.1:0\n" + yaml);
  REQUIRE(result.config);
  return keys_without_effect(*result.config);
}

TEST_CASE("a file that asks only for what there is has no key without effect") {
  CHECK(keys_of("routes: [{path: /, backends: [127.0.0.1:1]}]\n").empty());
}

TEST_CASE("every key that nothing acts on yet is named, in the order of the file") {
  const std::vector<std::string> expected{"explain",
                                          "rate_limit",
                                          "upstreams.u.balancer",
                                          "upstreams.u.health",
                                          "upstreams.u.circuit_breaker",
                                          "routes[1].rate_limit"};
  CHECK(keys_of("explain: true\n"
                "rate_limit: {requests: 1, window: 1s}\n"
                "upstreams:\n"
                "  u:\n"
                "    balancer: least_connections\n"
                "    backends: [127.0.0.1:1]\n"
                "    health: {passive: {}}\n"
                "    circuit_breaker: {}\n"
                "routes:\n"
                "  - {path: /, upstream: u}\n"
                "  - {path: /a, upstream: u, rate_limit: {requests: 1, window: 1s}}\n") == expected);
}

}  // namespace
}  // namespace glassgate
