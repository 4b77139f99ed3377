#include "gateway/rate_limit.h"

#include <doctest/doctest.h>

#include <string>

#include "support/test_exchange.h"

namespace glassgate {
namespace {

const std::string routes = "routes: [{path: /, backends: [b:1]}]\n";
const test::TestExchange::Setup limited{"192.0.2.1", "rate_limit: {requests: 1, window: 10s, key: none}\n" + routes};
const std::string good = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

void count_call(Exchange& x) {
  ++x.attempts;
}

// How often the next one was called.
int passes(Exchange& x) {
  x.attempts = 0;
  rate_limit(x, Next({}, count_call));
  return x.attempts;
}

TEST_CASE("without a limit at the door everybody passes, and is told nothing") {
  test::TestExchange exchange(good);
  CHECK(passes(exchange.x) == 1);
  CHECK(exchange.x.extra_fields.empty());
  CHECK(exchange.sent().empty());
}

TEST_CASE("who is over the limit is answered here, and goes no further") {
  test::TestExchange exchange(good, limited);
  CHECK(passes(exchange.x) == 1);
  CHECK(exchange.sent().empty());
  exchange.x.extra_fields.clear();
  CHECK(passes(exchange.x) == 0);
  CHECK(exchange.x.error == Error::rate_limited);
  const std::string answer = exchange.sent();
  CHECK(answer.starts_with("HTTP/1.1 429 Too Many Requests\r\n"));
  CHECK(answer.find("\r\nRetry-After: 10\r\n") != std::string::npos);
  CHECK(answer.find("\r\nRateLimit: \"gateway\";r=0;t=10\r\n") != std::string::npos);
  CHECK(answer.find("\r\nRateLimit-Policy: \"gateway\";q=1;w=10\r\n") != std::string::npos);
}

TEST_CASE("a request that is refused already costs no budget and keeps its reason") {
  test::TestExchange exchange("GET / HTTP/1.1\r\n\r\n", limited);
  REQUIRE(exchange.x.error == Error::malformed_request);
  for (int i = 0; i < 3; ++i) CHECK(passes(exchange.x) == 1);
  CHECK(exchange.x.error == Error::malformed_request);
  CHECK(exchange.x.extra_fields.empty());
  exchange.x.error = Error::none;
  CHECK(passes(exchange.x) == 1);
}

}  // namespace
}  // namespace glassgate
