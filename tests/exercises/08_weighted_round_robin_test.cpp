// The exercises of docs/lessons/08-smooth-weighted-round-robin.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "08_deadline_turns.h"
#include "08_effective_weights.h"

namespace glassgate::exercises {
namespace {

template <typename Turns>
std::string picks(Turns& turns, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) out += static_cast<char>('a' + static_cast<int>(turns.pick()));
  return out;
}

TEST_CASE("exercise 8.1: whose turn is due first is picked, and every cycle is proportional" * doctest::skip()) {
  DeadlineTurns turns({4, 2, 1});
  for (int cycle = 0; cycle < 3; ++cycle) CHECK(picks(turns, 7) == "aabaabc");
  DeadlineTurns equal({3, 3, 3});
  CHECK(picks(equal, 6) == "abcabc");
  DeadlineTurns thirds({3, 7});  // 1/3 is no number of binary digits: nothing may be rounded
  const std::string many = picks(thirds, 100'000);
  CHECK(std::count(many.begin(), many.end(), 'a') == 30'000);
  CHECK(many.substr(0, 10) == many.substr(99'990));
}

TEST_CASE("exercise 8.2: one that failed comes back to its weight step by step" * doctest::skip()) {
  EffectiveWeights untroubled({5, 1, 1});
  CHECK(picks(untroubled, 14) == "aabacaaaabacaa");
  EffectiveWeights balancer({4, 4});
  balancer.failed(0);
  CHECK(picks(balancer, 8) == "bbababab");
  balancer.failed(1);
  CHECK(picks(balancer, 8) == "aaababab");
}

}  // namespace
}  // namespace glassgate::exercises
