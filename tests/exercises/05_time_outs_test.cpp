// The exercises of docs/lessons/05-time-outs.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>

#include "05_allowance.h"
#include "05_shares.h"

namespace glassgate::exercises {
namespace {

using namespace std::chrono_literals;

const TimePoint start{100s};

TEST_CASE("exercise 5.1: a body that drips has an end, and one that pauses for long has its own" * doctest::skip()) {
  const Allowance allowance(30s, 100s, start);
  CHECK(allowance.left(start) == 30s);
  CHECK(allowance.left(start + 29s) == 30s);
  CHECK(allowance.left(start + 70s) == 30s);
  CHECK(allowance.left(start + 71s) == 29s);
  CHECK(allowance.left(start + 100s - 1ns) == 1ns);
  CHECK(allowance.left(start + 100s) == 0s);
  CHECK(allowance.left(start + 200s) == 0s);
}

TEST_CASE("exercise 5.2: each address has its share of what is left" * doctest::skip()) {
  const Address silent;
  const Address refuses{false, 1ms};
  const Address accepts{true, 10ms};
  CHECK(time_to_connect({}, 3s) == 0s);
  CHECK(time_to_connect({accepts, silent}, 3s) == 10ms);
  CHECK(time_to_connect({silent, silent, silent}, 3s) == 3s);
  CHECK(time_to_connect({silent, accepts}, 3s) == 1510ms);
  CHECK(time_to_connect({refuses, refuses}, 3s) == 2ms);
  CHECK(time_to_connect({refuses, silent, accepts}, 2001ms) == 1011ms);  // what was not used is shared by the others
  CHECK(time_to_connect({silent, {true, 2s}}, 3s) == 3s);                // it would accept, and too late
}

}  // namespace
}  // namespace glassgate::exercises
