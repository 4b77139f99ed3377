// The exercises of docs/lessons/14-circuit-breaker.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <set>

#include "14_patient_circuit.h"
#include "14_scattered_circuit.h"
#include "primitives/breaker/circuit_breaker.h"

namespace glassgate::exercises {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const TimePoint start{hours(1)};
constexpr CircuitSettings one_failure{.max_failures = 1, .open_for = seconds(10)};

// Fails once, at `now`; how long it rests then.
template <class Circuit>
Duration rest_after_failure(Circuit& it, TimePoint now) {
  auto permit = it.admit(now).permit;
  REQUIRE(permit);
  it.failed(*permit, now);
  REQUIRE(it.circuit().state() == CircuitState::open);
  return it.circuit().time_to_test(now);
}

TEST_CASE("exercise 14.1: each rest is twice the last one, until a test succeeds" * doctest::skip()) {
  PatientCircuit patient(one_failure, seconds(60));
  TimePoint now = start;
  auto slow = patient.admit(now).permit;  // of before it opened: it has no say in how long a rest is
  for (const int rest : {10, 20, 40, 60, 60}) {
    CAPTURE(rest);
    CHECK(rest_after_failure(patient, now) == seconds(rest));
    now += seconds(rest);
  }
  auto given_back = patient.admit(now).permit;
  patient.failed(*slow, now);
  given_back->give_back();
  CHECK(rest_after_failure(patient, now) == seconds(60));
  now += seconds(60);
  auto test = patient.admit(now).permit;
  patient.succeeded(*test);
  CHECK(patient.circuit().state() == CircuitState::closed);
  CHECK(rest_after_failure(patient, now) == seconds(10));
  now += seconds(10);
  patient.admit(now).permit->give_back();  // a test without a result is no failed one
  CHECK(rest_after_failure(patient, now) == seconds(20));
}

TEST_CASE("exercise 14.2: rests that begin together do not all end together" * doctest::skip()) {
  std::set<Duration> rests;
  for (int i = 0; i < 100; ++i) {
    ScatteredCircuit scattered(one_failure);
    rests.insert(rest_after_failure(scattered, start));
    rests.insert(rest_after_failure(scattered, start + seconds(20)));  // the test has failed: another rest
  }
  CHECK(*rests.begin() >= seconds(10));
  CHECK(*rests.rbegin() <= seconds(11));
  CHECK(rests.size() > 150);  // of 200
}

}  // namespace
}  // namespace glassgate::exercises
