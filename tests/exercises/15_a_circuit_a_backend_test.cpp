// The exercises of docs/lessons/15-a-circuit-a-backend.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "15_circuit_group.h"
#include "gateway/candidates.h"
#include "support/fleet.h"
#include "support/test_exchange.h"

namespace glassgate::exercises {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const TimePoint start{hours(1)};

void open_circuit(CircuitGroup& group, size_t i) {
  group.admit(i, start).permit->failed(start);
}

TEST_CASE("exercise 15.1: never more than half of a group rests" * doctest::skip()) {
  CircuitGroup group(4, {.max_failures = 1, .open_for = seconds(10)});
  open_circuit(group, 0);
  open_circuit(group, 1);
  CHECK(!group.admit(0, start).permit);
  CHECK(!group.admit(1, start).permit);
  CHECK(group.admit(2, start).permit);
  open_circuit(group, 2);
  for (size_t i = 0; i < 4; ++i) {
    CAPTURE(i);
    auto admission = group.admit(i, start + seconds(5));
    REQUIRE(admission.permit);
    admission.permit->failed(start + seconds(5));
    CHECK(group.circuit(i).state() == (i == 3 ? CircuitState::closed : CircuitState::open));
    CHECK(group.circuit(i).failures_in_a_row() == (i == 3 ? 0 : 1));
  }
  auto test = group.admit(0, start + seconds(10));  // the rest is over for all of them: a circuit decides again
  REQUIRE(test.permit);
  CHECK(group.circuit(0).state() == CircuitState::half_open);
  CHECK(!group.admit(0, start + seconds(10)).permit);
  CHECK(test.permit->succeeded());
  CHECK(group.circuit(0).state() == CircuitState::closed);
}

// The port of the backend that is picked of b:1, b:2 and b:3, when the circuits of the first `due` are due for a test.
int picked(const std::string& method, size_t due) {
  test::TestExchange exchange(
      method + " / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n",
      {"192.0.2.1", test::fleet_of({"b:1", "b:2", "b:3"}, "circuit_breaker: {max_failures: 1, open_for: 10s}")});
  exchange.route();
  for (size_t i = 0; i < due; ++i) {
    exchange.x.upstream->backends[i]->circuit.admit(exchange.clock.now()).permit->failed(exchange.clock.now());
  }
  exchange.clock.advance(seconds(10));
  find_candidates(exchange.x);
  return pick_backend(exchange.x) ? exchange.x.backend->address.port : 0;
}

TEST_CASE("exercise 15.2: a POST is nobody's test while somebody's circuit is closed" * doctest::skip()) {
  CHECK(picked("GET", 1) == 1);
  CHECK(picked("PUT", 1) == 1);
  CHECK(picked("POST", 0) == 1);
  CHECK(picked("POST", 1) == 2);
  CHECK(picked("PATCH", 2) == 3);
  CHECK(picked("POST", 3) == 1);  // somebody has to be
}

}  // namespace
}  // namespace glassgate::exercises
