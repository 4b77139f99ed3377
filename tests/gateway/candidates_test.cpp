#include "gateway/candidates.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/fleet.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using std::chrono::seconds;

// A request to three backends, b:1, b:2 and b:3, at the point where candidates are looked for.
struct Choice {
  explicit Choice(const std::string& settings)
      : exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n", {"192.0.2.1", test::fleet_of({"b:1", "b:2", "b:3"}, settings)}) {
    exchange.route();
  }

  Exchange& x() { return exchange.x; }
  Backend& backend(size_t i) { return *x().upstream->backends.at(i); }
  void make_ill(size_t i) { backend(i).health.record_probe(false, "no answer"); }
  void open_circuit(size_t i) { backend(i).circuit.admit(exchange.clock.now()).permit->failed(exchange.clock.now()); }
  // The port of the backend that is picked next; 0 for nobody.
  int pick() { return pick_backend(x()) ? x().backend->address.port : 0; }

  test::TestExchange exchange;
};

const std::string probed = "health: {active: {unhealthy_after: 1, healthy_after: 1, interval: 7s}}";
const std::string probed_closed =
    "health: {when_none_healthy: fail_closed, active: {unhealthy_after: 1, healthy_after: 1, interval: 7s}}";
const std::string with_circuits = "circuit_breaker: {max_failures: 1, open_for: 10s}";

TEST_CASE("the candidates are the healthy ones; who was never probed is healthy") {
  Choice choice(probed);
  choice.make_ill(1);
  CHECK(find_candidates(choice.x()));
  CHECK(choice.x().candidates == Candidates{true, false, true});
}

TEST_CASE("a backend that has recovered is a candidate again") {
  Choice choice(probed);
  choice.make_ill(1);
  choice.backend(1).health.record_probe(true, "200");
  CHECK(find_candidates(choice.x()));
  CHECK(choice.x().candidates == Candidates{true, true, true});
}

TEST_CASE("with nobody healthy, fail_open makes all candidates and fail_closed none (I1)") {
  Choice open(probed);
  Choice closed(probed_closed);
  for (size_t i = 0; i < 3; ++i) {
    open.make_ill(i);
    closed.make_ill(i);
  }
  CHECK(find_candidates(open.x()));
  CHECK(open.x().candidates == Candidates{true, true, true});
  CHECK(open.x().error == Error::none);
  CHECK_FALSE(find_candidates(closed.x()));
  CHECK(closed.x().error == Error::no_healthy_backend);
  CHECK(closed.x().retry_after == seconds(7));  // the next probe
}

TEST_CASE("fail_closed without probes leaves open when to come back") {
  Choice choice("health: {when_none_healthy: fail_closed, passive: {min_requests: 1, error_rate: 0.5}}");
  for (size_t i = 0; i < 3; ++i) choice.backend(i).health.record_request(false, choice.exchange.clock.now());
  CHECK_FALSE(find_candidates(choice.x()));
  CHECK(choice.x().error == Error::no_healthy_backend);
  CHECK_FALSE(choice.x().retry_after.has_value());
}

TEST_CASE("a backend is picked at most once a request, with each balancer (I2)") {
  for (const std::string balancer : {"round_robin", "weighted_round_robin", "least_connections", "consistent_hash"}) {
    CAPTURE(balancer);
    Choice choice("balancer: " + balancer);
    find_candidates(choice.x());
    int sum = 0;
    for (int i = 0; i < 3; ++i) {
      sum += 1 << choice.pick();
      ++choice.x().attempts;
      choice.x().error = Error::backend_closed;
    }
    CHECK(sum == 0b1110);
    CHECK(choice.pick() == 0);
    CHECK(choice.x().error == Error::backend_closed);  // what the last attempt met is the answer
    CHECK_FALSE(choice.x().retry_after);
    for (size_t i = 0; i < 3; ++i) CHECK(choice.backend(i).picks.value() == 1);
  }
}

TEST_CASE("who is ill is not picked, not even when everybody else was tried") {
  Choice choice(probed);
  choice.make_ill(1);
  find_candidates(choice.x());
  CHECK(choice.pick() == 1);
  CHECK(choice.pick() == 3);
  ++choice.x().attempts;
  CHECK(choice.pick() == 0);
}

TEST_CASE("a backend whose circuit is open is passed over, and no permit of it is taken") {
  Choice choice(with_circuits);
  choice.open_circuit(0);
  find_candidates(choice.x());
  CHECK(choice.pick() == 2);
  CHECK(choice.pick() == 3);
  CHECK(choice.pick() == 0);
  CHECK(choice.backend(0).circuit.state() == CircuitState::open);
  CHECK(choice.backend(0).picks.value() == 0);
}

TEST_CASE("with all circuits open, the time to come back is the earliest test's") {
  Choice choice(with_circuits);
  for (size_t i = 0; i < 3; ++i) {
    choice.open_circuit(i);
    choice.exchange.clock.advance(seconds(2));
  }
  find_candidates(choice.x());
  CHECK(choice.pick() == 0);
  CHECK(choice.x().error == Error::circuit_open);
  CHECK(choice.x().retry_after == seconds(4));
}

TEST_CASE("the circuit of a backend that is ill anyway does not say when to come back") {
  Choice choice(with_circuits + ", " + probed);
  for (size_t i = 0; i < 3; ++i) {
    choice.open_circuit(i);
    choice.exchange.clock.advance(seconds(2));
  }
  choice.make_ill(0);
  find_candidates(choice.x());
  CHECK(choice.pick() == 0);
  CHECK(choice.x().retry_after == seconds(6));
}

TEST_CASE("while another request tests the only backend, the circuit's answer is to come back soon, never at once") {
  Choice choice(with_circuits);
  for (size_t i = 0; i < 3; ++i) choice.open_circuit(i);
  choice.exchange.clock.advance(seconds(10));
  std::vector<CircuitBreaker::Admission> tests;
  for (size_t i = 0; i < 3; ++i) tests.push_back(choice.backend(i).circuit.admit(choice.exchange.clock.now()));
  find_candidates(choice.x());
  CHECK(choice.pick() == 0);
  CHECK(choice.x().error == Error::circuit_open);
  CHECK(choice.x().retry_after.value() > Duration::zero());
}

TEST_CASE("who is picked of an open circuit when its time has come is its test, and that is logged") {
  Choice choice(with_circuits);
  for (size_t i = 0; i < 3; ++i) choice.open_circuit(i);
  choice.exchange.clock.advance(seconds(10));
  find_candidates(choice.x());
  CHECK(choice.pick() == 1);
  CHECK(choice.backend(0).circuit.state() == CircuitState::half_open);
  CHECK_FALSE(choice.backend(0).circuit.would_admit(choice.exchange.clock.now()));
  choice.x().permit.give_back();
  CHECK(choice.backend(0).circuit.would_admit(choice.exchange.clock.now()));
  const auto log = choice.exchange.close_log();
  REQUIRE(log.size() == 1);
  CHECK(log[0].find(R"("event":"circuit_changed","upstream":"u","backend":"b:1","from":"open","to":"half_open")") !=
        std::string::npos);
}

TEST_CASE("without circuit_breaker no circuit is asked") {
  Choice choice("retries: 0");
  for (size_t i = 0; i < 3; ++i) {
    while (choice.backend(i).circuit.state() != CircuitState::open) choice.open_circuit(i);
  }
  find_candidates(choice.x());
  CHECK(choice.pick() == 1);
}

}  // namespace
}  // namespace glassgate
