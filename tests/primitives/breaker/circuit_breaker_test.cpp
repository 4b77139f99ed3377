#include "primitives/breaker/circuit_breaker.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const TimePoint start{hours(1)};

TimePoint at(int64_t second) {
  return start + seconds(second);
}

std::string text(const std::optional<CircuitChange>& change) {
  if (!change) return "";
  return std::string(to_string(change->from)) + " > " + std::string(to_string(change->to));
}

// Asks, and sees that would_admit() and time_to_test() had said the same just before.
CircuitBreaker::Admission admit(CircuitBreaker& circuit, TimePoint now) {
  const bool is_open = circuit.state() == CircuitState::open;
  const bool would = circuit.would_admit(now);
  const bool is_due = circuit.time_to_test(now) == Duration::zero();
  CircuitBreaker::Admission admission = circuit.admit(now);
  CHECK(admission.permit.has_value() == would);
  if (is_open) CHECK(is_due == would);
  return admission;
}

// One thing that happens to a circuit. `permit` names the permit that is asked for, or used.
struct Event {
  int64_t second;
  std::string what;  // ask, succeed, fail, give back
  char permit;
  std::string result;  // ask: "yes", "no", or "yes, open > half_open"; else the change
  std::string state;   // afterwards
  unsigned failures = 0;
};

void play(CircuitSettings settings, const std::vector<Event>& events) {
  CircuitBreaker circuit(settings);
  std::map<char, CircuitBreaker::Permit> permits;
  for (const Event& event : events) {
    CAPTURE(event.second);
    CAPTURE(event.what);
    CAPTURE(event.permit);
    std::string result;
    if (event.what == "ask") {
      CircuitBreaker::Admission admission = admit(circuit, at(event.second));
      result = admission.permit ? "yes" : "no";
      if (admission.change) result += ", " + text(admission.change);
      if (admission.permit) permits[event.permit] = std::move(*admission.permit);
    } else if (event.what == "succeed") {
      result = text(permits[event.permit].succeeded());
    } else if (event.what == "fail") {
      result = text(permits[event.permit].failed(at(event.second)));
    } else {
      REQUIRE(event.what == "give back");
      permits.erase(event.permit);
    }
    CHECK(result == event.result);
    CHECK(to_string(circuit.state()) == event.state);
    CHECK(circuit.failures_in_a_row() == event.failures);
  }
}

TEST_CASE("closed: everybody is admitted, a success starts the failures anew, the last of so many opens (I1, I3)") {
  play({.max_failures = 3, .open_for = seconds(10)}, {{0, "ask", 'a', "yes", "closed"},
                                                      {0, "ask", 'b', "yes", "closed"},
                                                      {0, "ask", 'c', "yes", "closed"},
                                                      {0, "ask", 'd', "yes", "closed"},
                                                      {0, "ask", 'e', "yes", "closed"},
                                                      {0, "ask", 'f', "yes", "closed"},
                                                      {0, "ask", 'g', "yes", "closed"},
                                                      {1, "succeed", 'a', "", "closed", 0},
                                                      {1, "fail", 'b', "", "closed", 1},
                                                      {2, "fail", 'c', "", "closed", 2},
                                                      {2, "succeed", 'd', "", "closed", 0},
                                                      {3, "fail", 'e', "", "closed", 1},
                                                      {4, "fail", 'f', "", "closed", 2},
                                                      {5, "fail", 'g', "closed > open", "open", 3}});
}

TEST_CASE("closed: a permit that is given back counts neither as a success nor as a failure (I4)") {
  play({.max_failures = 2, .open_for = seconds(10)}, {{0, "ask", 'a', "yes", "closed"},
                                                      {0, "ask", 'b', "yes", "closed"},
                                                      {0, "ask", 'c', "yes", "closed"},
                                                      {0, "give back", 'a', "", "closed", 0},
                                                      {0, "fail", 'b', "", "closed", 1},
                                                      {0, "ask", 'd', "yes", "closed", 1},
                                                      {0, "give back", 'd', "", "closed", 1},
                                                      {0, "fail", 'c', "closed > open", "open", 2}});
}

TEST_CASE("open: nobody is admitted before its time, which counts from the failure that opened it (I1, I3)") {
  play({.max_failures = 1, .open_for = seconds(10)}, {{0, "ask", 'a', "yes", "closed"},
                                                      {5, "fail", 'a', "closed > open", "open", 1},
                                                      {5, "ask", 'b', "no", "open", 1},
                                                      {10, "ask", 'b', "no", "open", 1},
                                                      {14, "ask", 'b', "no", "open", 1},
                                                      {15, "ask", 'b', "yes, open > half_open", "half_open", 1}});
}

TEST_CASE("half-open: one test at a time; its success closes (I1, I3)") {
  play({.max_failures = 1, .open_for = seconds(10)}, {{0, "ask", 'a', "yes", "closed"},
                                                      {0, "fail", 'a', "closed > open", "open", 1},
                                                      {10, "ask", 'b', "yes, open > half_open", "half_open", 1},
                                                      {10, "ask", 'c', "no", "half_open", 1},
                                                      {19, "ask", 'c', "no", "half_open", 1},
                                                      {19, "succeed", 'b', "half_open > closed", "closed", 0},
                                                      {19, "ask", 'c', "yes", "closed", 0},
                                                      {19, "ask", 'd', "yes", "closed", 0}});
}

TEST_CASE("half-open: a test that takes for ever keeps others out for open_for, and its result counts (I1, I3)") {
  play({.max_failures = 1, .open_for = seconds(10)}, {{0, "ask", 'a', "yes", "closed"},
                                                      {0, "fail", 'a', "closed > open", "open", 1},
                                                      {10, "ask", 'b', "yes, open > half_open", "half_open", 1},
                                                      {19, "ask", 'c', "no", "half_open", 1},
                                                      {20, "ask", 'c', "yes", "half_open", 1},
                                                      {29, "ask", 'd', "no", "half_open", 1},
                                                      {30, "ask", 'd', "yes", "half_open", 1},
                                                      {31, "give back", 'c', "", "half_open", 1},
                                                      {31, "ask", 'e', "yes", "half_open", 1},
                                                      {31, "succeed", 'b', "half_open > closed", "closed", 0},
                                                      {31, "fail", 'd', "", "closed", 0}});
}

TEST_CASE("half-open: a test that fails opens for the whole time again, as often as it fails (I1, I3)") {
  play({.max_failures = 1, .open_for = seconds(10)}, {{0, "ask", 'a', "yes", "closed"},
                                                      {0, "fail", 'a', "closed > open", "open", 1},
                                                      {10, "ask", 'b', "yes, open > half_open", "half_open", 1},
                                                      {13, "fail", 'b', "half_open > open", "open", 1},
                                                      {22, "ask", 'c', "no", "open", 1},
                                                      {23, "ask", 'c', "yes, open > half_open", "half_open", 1},
                                                      {40, "fail", 'c', "half_open > open", "open", 1},
                                                      {49, "ask", 'd', "no", "open", 1},
                                                      {50, "ask", 'd', "yes, open > half_open", "half_open", 1},
                                                      {50, "succeed", 'd', "half_open > closed", "closed", 0}});
}

TEST_CASE("half-open: when the test is given back, the next one asked is the test, however often (I4)") {
  play({.max_failures = 1, .open_for = seconds(10)}, {{0, "ask", 'a', "yes", "closed"},
                                                      {0, "fail", 'a', "closed > open", "open", 1},
                                                      {10, "ask", 'b', "yes, open > half_open", "half_open", 1},
                                                      {11, "give back", 'b', "", "half_open", 1},
                                                      {11, "ask", 'c', "yes", "half_open", 1},
                                                      {11, "ask", 'd', "no", "half_open", 1},
                                                      {12, "give back", 'c', "", "half_open", 1},
                                                      {12, "ask", 'd', "yes", "half_open", 1},
                                                      {13, "ask", 'e', "no", "half_open", 1},
                                                      {13, "succeed", 'd', "half_open > closed", "closed", 0}});
}

TEST_CASE("the result of an older generation changes nothing: neither for good nor for bad (I2)") {
  play({.max_failures = 1, .open_for = seconds(10)},
       {{0, "ask", 'a', "yes", "closed"},
        {0, "ask", 's', "yes", "closed"},  // these six are slow
        {0, "ask", 't', "yes", "closed"},
        {0, "ask", 'u', "yes", "closed"},
        {0, "ask", 'v', "yes", "closed"},
        {0, "ask", 'w', "yes", "closed"},
        {0, "ask", 'x', "yes", "closed"},
        {0, "fail", 'a', "closed > open", "open", 1},
        {5, "succeed", 's', "", "open", 1},  // does not close it
        {6, "fail", 't', "", "open", 1},     // does not prolong it
        {10, "ask", 'b', "yes, open > half_open", "half_open", 1},
        {10, "succeed", 'u', "", "half_open", 1},  // is not the test
        {10, "fail", 'v', "", "half_open", 1},
        {10, "give back", 'w', "", "half_open", 1},  // does not let in a second test
        {10, "ask", 'c', "no", "half_open", 1},
        {11, "succeed", 'b', "half_open > closed", "closed", 0},
        {12, "fail", 'x', "", "closed", 0},  // its circuit was another one
        {12, "ask", 'c', "yes", "closed", 0}});
}

TEST_CASE("a permit settles once: what is said after the first word is not heard (I4)") {
  CircuitBreaker circuit({.max_failures = 3, .open_for = seconds(10)});
  auto failed = circuit.admit(at(0)).permit;
  for (int i = 0; i < 5; ++i) failed->failed(at(0));
  CHECK(circuit.failures_in_a_row() == 1);
  failed->succeeded();
  CHECK(circuit.failures_in_a_row() == 1);
  auto succeeded = circuit.admit(at(0)).permit;
  succeeded->succeeded();
  CHECK(circuit.failures_in_a_row() == 0);
  succeeded->failed(at(0));
  CHECK(circuit.failures_in_a_row() == 0);
  auto given_back = circuit.admit(at(0)).permit;
  given_back->give_back();
  given_back->failed(at(0));
  CHECK(circuit.failures_in_a_row() == 0);
}

TEST_CASE("a permit that was moved settles once, from where it is now (I4)") {
  CircuitBreaker circuit({.max_failures = 1, .open_for = seconds(10)});
  circuit.admit(at(0)).permit->failed(at(0));
  CircuitBreaker::Permit outer;
  {
    CircuitBreaker::Admission admission = circuit.admit(at(10));
    CircuitBreaker::Permit inner(std::move(*admission.permit));
    outer = std::move(inner);
    CHECK(!inner.succeeded());  // NOLINT: what was moved from is of no circuit
  }
  CHECK(!circuit.would_admit(at(10)));  // nobody gave it back
  CircuitBreaker::Permit& itself = outer;
  outer = std::move(itself);
  CHECK(!circuit.would_admit(at(10)));
  outer = CircuitBreaker::Permit();  // what it held is given back
  CHECK(circuit.would_admit(at(10)));
  outer = std::move(*circuit.admit(at(10)).permit);
  CHECK(text(outer.succeeded()) == "half_open > closed");
}

TEST_CASE("a permit of no circuit settles nothing") {
  CircuitBreaker::Permit none;
  CHECK(!none.succeeded());
  CHECK(!none.failed(at(0)));
  none.give_back();
}

TEST_CASE("the time to the test runs down to zero and stays there; a circuit that is not open has none") {
  CircuitBreaker circuit({.max_failures = 1, .open_for = seconds(10)});
  CHECK(circuit.time_to_test(at(0)) == Duration::zero());
  circuit.admit(at(0)).permit->failed(at(3));
  CHECK(circuit.time_to_test(at(0)) == seconds(13));  // a clock that steps back
  CHECK(circuit.time_to_test(at(3)) == seconds(10));
  CHECK(circuit.time_to_test(at(13) - Duration(1)) == Duration(1));
  CHECK(!circuit.would_admit(at(13) - Duration(1)));
  CHECK(circuit.time_to_test(at(13)) == Duration::zero());
  CHECK(circuit.would_admit(at(13)));
  CHECK(circuit.time_to_test(at(99)) == Duration::zero());
  CHECK(circuit.state() == CircuitState::open);  // asking for it changes nothing
  const auto test = circuit.admit(at(99)).permit;
  CHECK(circuit.time_to_test(at(99)) == Duration::zero());
}

TEST_CASE("new settings apply from the next failure on; what has happened stays true") {
  CircuitBreaker circuit({.max_failures = 5, .open_for = seconds(10)});
  for (int i = 0; i < 3; ++i) circuit.admit(at(0)).permit->failed(at(0));
  circuit.set_settings({.max_failures = 2, .open_for = seconds(60)});
  CHECK(circuit.state() == CircuitState::closed);
  CHECK(circuit.failures_in_a_row() == 3);
  CHECK(text(circuit.admit(at(0)).permit->failed(at(1))) == "closed > open");
  CHECK(circuit.time_to_test(at(1)) == seconds(60));
  circuit.set_settings({.max_failures = 2, .open_for = seconds(5)});
  CHECK(circuit.time_to_test(at(1)) == seconds(60));
  CHECK(text(circuit.admit(at(61)).permit->failed(at(61))) == "half_open > open");
  CHECK(circuit.time_to_test(at(61)) == seconds(5));
}

TEST_CASE("the states have the names that metrics and logs show") {
  CHECK(to_string(CircuitState::closed) == "closed");
  CHECK(to_string(CircuitState::open) == "open");
  CHECK(to_string(CircuitState::half_open) == "half_open");
}

}  // namespace
}  // namespace glassgate
