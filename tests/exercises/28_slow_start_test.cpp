// Exercise 28.2 of docs/lessons/28-larger-exercises.md. Take out the skip()s to work on it.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "exercises/28_slow_start.h"
#include "support/fleet.h"

namespace glassgate::exercises {
namespace {

using std::chrono::seconds;
using test::backend_of;
using test::eventually;
using test::get;
using test::NamedUpstream;
using test::TestGateway;

int joined(Duration well_for, uint64_t first, uint64_t tickets) {
  int out = 0;
  for (uint64_t i = 0; i < tickets; ++i) out += joins(well_for, seconds(20), first + i) ? 1 : 0;
  return out;
}

TEST_CASE("exercise 28.2: the share grows with the time, and is spread evenly" * doctest::skip()) {
  CHECK(joined(seconds(0), 1, 1000) <= 1);
  for (int second = 1; second < 20; ++second) {
    CAPTURE(second);
    const int all = joined(seconds(second), 0, 1000);
    CHECK(all >= second * 50 - 5);
    CHECK(all <= second * 50 + 5);
  }
  for (uint64_t first = 0; first < 100; ++first) {
    CAPTURE(first);
    const int of_ten = joined(seconds(10), first, 10);
    CHECK(of_ten >= 3);
    CHECK(of_ten <= 7);
  }
  for (const seconds done : {seconds(20), seconds(21), seconds(86400)}) CHECK(joined(done, 0, 1000) == 1000);
}

// The first backend falls ill and gets well again.
void relapse(const TestGateway& gateway, NamedUpstream& upstream, size_t index, size_t times_before) {
  upstream.health = 500;
  test::wait_for_events(gateway, "backend_unhealthy", times_before + 1);
  CHECK(!backend_of(gateway, index).health.healthy(gateway.services().clock.now()));
  upstream.health = 200;
  test::wait_for_events(gateway, "backend_healthy", times_before + 1);  // from then on it is coming back
}

const std::string probed =
    "health: {active: {interval: 10ms, timeout: 20s, unhealthy_after: 1, healthy_after: 1}}, slow_start: ";

TEST_CASE("exercise 28.2: a backend that came back gets next to nothing at first, and is used where nobody else is" *
          doctest::skip()) {
  NamedUpstream a("a");
  NamedUpstream b("b");
  const TestGateway gateway(test::fleet_of({a.address(), b.address()}, probed + "24h"));
  for (int i = 0; i < 10; ++i) CHECK(get(gateway).status() == 200);
  CHECK(a.requests == 5);  // who was never ill begins with all of its share

  relapse(gateway, a, 0, 0);
  for (int i = 0; i < 100; ++i) CHECK(get(gateway).status() == 200);
  CHECK(a.requests <= 7);
  CHECK(b.requests >= 103);

  relapse(gateway, b, 1, 1);
  const int before = a.requests + b.requests;
  for (int i = 0; i < 10; ++i) CHECK(get(gateway).status() == 200);  // both are coming back: nobody is refused for it
  CHECK(a.requests + b.requests == before + 10);
}

TEST_CASE("exercise 28.2: when the time is over its share is whole again" * doctest::skip()) {
  NamedUpstream a("a");
  NamedUpstream b("b");
  const TestGateway gateway(test::fleet_of({a.address(), b.address()}, probed + "1ms"));
  relapse(gateway, a, 0, 0);
  const auto evenly = [&] {
    const int before = a.requests;
    for (int i = 0; i < 10; ++i) get(gateway);
    return a.requests == before + 5;
  };
  CHECK(eventually(evenly));
}

}  // namespace
}  // namespace glassgate::exercises
