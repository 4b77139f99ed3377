// Exercise 28.1 of docs/lessons/28-larger-exercises.md. Take out the skip()s to work on it.
#include <doctest/doctest.h>

#include <string>

#include "primitives/breaker/retry_budget.h"
#include "support/fleet.h"

namespace glassgate::test {
namespace {

TEST_CASE("exercise 28.1: two are drawn and the less busy one is asked: only the busiest of all never is" *
          doctest::skip()) {
  NamedUpstream a("a");
  NamedUpstream b("b");
  NamedUpstream c("c");
  const TestGateway gateway(fleet_of({a.address(), b.address(), c.address()}, "balancer: two_choices"));
  const InFlight on_b(backend_of(gateway, 1));
  const InFlight on_c(backend_of(gateway, 2));
  const InFlight more_on_c(backend_of(gateway, 2));
  for (int i = 0; i < 150; ++i) REQUIRE(get(gateway).status() == 200);
  CHECK(a.requests > 70);  // a is in two of the three pairs, and wins both; least_connections would ask nobody else
  CHECK(b.requests > 20);  // b wins against c
  CHECK(c.requests == 0);
}

TEST_CASE("exercise 28.1: who may carry more counts as less busy" * doctest::skip()) {
  NamedUpstream small("small");
  NamedUpstream large("large");
  const std::string four_times = "{address: " + large.address() + ", weight: 4}";
  const TestGateway gateway(fleet_of({small.address(), four_times}, "balancer: two_choices"));
  const InFlight on_small(backend_of(gateway, 0));
  const InFlight on_large(backend_of(gateway, 1));
  const InFlight more_on_large(backend_of(gateway, 1));
  for (int i = 0; i < 20; ++i) CHECK(get(gateway).body == "large");
}

TEST_CASE("exercise 28.1: where only one is left there is nothing to choose" * doctest::skip()) {
  NamedUpstream alive("alive");
  const std::string gone = "127.0.0.1:" + std::to_string(unused_port());
  const TestGateway gateway(fleet_of({gone, alive.address()}, "balancer: two_choices, retries: 1"));
  // Each of them may draw `gone` first: no more requests than the budget has free retries.
  for (uint64_t i = 0; i < RetryBudget::free_retries; ++i) CHECK(get(gateway).body == "alive");
}

}  // namespace
}  // namespace glassgate::test
