// The exercises of docs/lessons/24-trace-ids-and-explain.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "24_slowest.h"
#include "24_tracestate.h"
#include "gateway/tracing.h"
#include "support/manual_clock.h"
#include "support/test_exchange.h"

namespace glassgate::exercises {
namespace {

using std::chrono::milliseconds;

TEST_CASE("exercise 24.1: one's own entry stands in front, once, and the others stay" * doctest::skip()) {
  CHECK(with_entry("", "gate", "1") == "gate=1");
  CHECK(with_entry("a=1,b=2", "gate", "1") == "gate=1,a=1,b=2");
  CHECK(with_entry("a=1, gate=0 ,b=2", "gate", "1") == "gate=1,a=1,b=2");
  CHECK(with_entry(" , a=1,,gateway=7\t, b=gate", "gate", "1") == "gate=1,a=1,gateway=7,b=gate");
  std::string many;
  for (int i = 0; i < 40; ++i) many += "k" + std::to_string(i) + "=v,";
  const std::string made = with_entry(many, "gate", "1");
  CHECK(made.starts_with("gate=1,k0=v,"));
  CHECK(made.ends_with(",k30=v"));  // 32 with the new one
}

TEST_CASE("exercise 24.2: the slowest stage of an account" * doctest::skip()) {
  test::ManualClock clock;
  Explanation account(clock);
  CHECK(slowest(account).empty());
  const auto note = [&](int ms, std::string_view stage) {
    clock.advance(milliseconds(ms));
    account.note(stage, "x");
  };
  note(3, "router");
  CHECK(slowest(account) == "router");
  note(5, "balancer");
  note(8, "retry");
  note(4, "balancer");
  note(1, "connect");
  CHECK(slowest(account) == "balancer");  // 5 and 4
  note(9, "first_byte");
  CHECK(slowest(account) == "balancer");
}

std::string flags_after(const std::string& settings, const std::string& fields) {
  test::TestExchange::Setup setup;
  setup.config = settings + setup.config;
  test::TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n", setup);
  tracing(exchange.x, Next({}, [](Exchange&) {}));
  return exchange.x.traceparent.substr(53);
}

TEST_CASE("exercise 24.3: a trace that begins where nothing is logged is not marked as recorded" * doctest::skip()) {
  CHECK(flags_after("", "") == "01");
  CHECK(flags_after("log: {access: false}\n", "") == "00");
  const std::string sampled = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";
  CHECK(flags_after("log: {access: false}\n", sampled) == "01");  // whoever began it has decided
}

}  // namespace
}  // namespace glassgate::exercises
