// The exercises of docs/lessons/18-combining-health.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <optional>

#include "18_operators_word.h"
#include "gateway/candidates.h"
#include "support/fleet.h"
#include "support/test_exchange.h"

namespace glassgate::exercises {
namespace {

using std::chrono::seconds;

// Who may be asked when the first so many of four backends are ill.
Candidates asked_with(size_t ill, const std::string& when_none_healthy) {
  const std::string health = "health: {active: {unhealthy_after: 1}, when_none_healthy: " + when_none_healthy + "}";
  test::TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n",
                              {"192.0.2.1", test::fleet_of({"b:1", "b:2", "b:3", "b:4"}, health)});
  exchange.route();
  for (size_t i = 0; i < ill; ++i) exchange.x.upstream->backends[i]->health.record_probe(false, "503");
  return find_candidates(exchange.x) ? exchange.x.candidates : Candidates{};
}

TEST_CASE("exercise 18.1: with fail_open, all are asked as soon as fewer than half are healthy" * doctest::skip()) {
  const Candidates all{true, true, true, true};
  CHECK(asked_with(0, "fail_open") == all);
  CHECK(asked_with(1, "fail_open") == Candidates{false, true, true, true});
  CHECK(asked_with(2, "fail_open") == Candidates{false, false, true, true});  // half is enough
  CHECK(asked_with(3, "fail_open") == all);
  CHECK(asked_with(4, "fail_open") == all);
  CHECK(asked_with(3, "fail_closed") == Candidates{false, false, false, true});
  CHECK(asked_with(4, "fail_closed").empty());
}

TEST_CASE("exercise 18.2: out while the operator says so, and each change is told once" * doctest::skip()) {
  const TimePoint now{seconds(1000)};
  WithOperator health({ActiveThresholds{.unhealthy_after = 1, .healthy_after = 1}, {}});
  CHECK(health.healthy(now));
  CHECK(health.changed(now) == std::nullopt);
  health.take_out(true);
  CHECK_FALSE(health.healthy(now));
  CHECK(health.changed(now) == false);
  CHECK(health.changed(now) == std::nullopt);
  health.judged().record_probe(false, "503");  // one more reason is no change
  CHECK(health.changed(now) == std::nullopt);
  health.take_out(false);
  CHECK_FALSE(health.healthy(now));  // the operator does not speak for the probes
  CHECK(health.changed(now) == std::nullopt);
  health.judged().record_probe(true, "200");
  CHECK(health.healthy(now));
  CHECK(health.changed(now) == true);
  CHECK(health.changed(now) == std::nullopt);
}

}  // namespace
}  // namespace glassgate::exercises
