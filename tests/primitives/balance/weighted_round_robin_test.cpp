#include "primitives/balance/weighted_round_robin.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <numeric>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace glassgate {
namespace {

using Weights = std::vector<unsigned>;

// "101": the first and the third may be picked.
Candidates candidates(const std::string& bits) {
  Candidates out;
  for (const char bit : bits) out.push_back(bit == '1');
  return out;
}

// The picks, as a text: a is the first backend, - is none.
std::string picks(WeightedRoundRobin& balancer, const std::string& bits, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) {
    const auto picked = balancer.pick(candidates(bits), "");
    out += picked ? static_cast<char>('a' + static_cast<int>(*picked)) : '-';
  }
  return out;
}

size_t sum(const Weights& weights) {
  return std::accumulate(weights.begin(), weights.end(), size_t{0});
}

size_t count(const std::string& text, size_t backend) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), static_cast<char>('a' + static_cast<int>(backend))));
}

size_t longest_run(const std::string& text) {
  size_t longest = 0;
  size_t run = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    run = i > 0 && text[i] == text[i - 1] ? run + 1 : 1;
    longest = std::max(longest, run);
  }
  return longest;
}

TEST_CASE("the sequence of a cycle, again and again (I1)") {
  struct Row {
    Weights weights;
    std::string bits;
    std::string cycle;
  };
  for (const Row& row : std::vector<Row>{{{5, 1, 1}, "111", "aabacaa"},
                                         {{1}, "1", "a"},
                                         {{7}, "1", "a"},
                                         {{1, 1, 1}, "111", "abc"},
                                         {{4, 4, 4}, "111", "abc"},
                                         {{2, 1}, "11", "aba"},
                                         {{1, 2}, "11", "bab"},
                                         {{3, 2, 1}, "111", "abacba"},
                                         {{5, 1, 1}, "110", "aaabaa"},
                                         {{5, 1, 1}, "011", "bc"},
                                         {{5, 1, 1}, "010", "b"},
                                         {{5, 1, 1}, "000", "-"},
                                         {{}, "", "-"}}) {
    CAPTURE(row.cycle);
    WeightedRoundRobin balancer(row.weights);
    for (int cycle = 0; cycle < 5; ++cycle) CHECK(picks(balancer, row.bits, row.cycle.size()) == row.cycle);
  }
}

TEST_CASE("a retry takes no turn, and many of them are proportional, too (I4)") {
  WeightedRoundRobin balancer({5, 2, 1});
  WeightedRoundRobin untouched({5, 2, 1});
  std::string retries;
  for (int i = 0; i < 24; ++i) {
    const std::string turn = picks(balancer, "111", 1);
    CHECK(turn == picks(untouched, "111", 1));
    if (turn == "a") retries += static_cast<char>('a' + *balancer.pick_for_retry({false, true, true}, ""));
  }
  CHECK(retries == "bcbbcbbcbbcbbcb");
}

TEST_CASE("every cycle is exactly proportional: nobody has a debt or a credit when it ends (I1, I2)") {
  for (const Weights& weights :
       std::vector<Weights>{{1, 1}, {5, 1, 1}, {3, 2, 1}, {10, 9, 1}, {7, 5, 3, 2}, {100, 1}, {1, 2, 4, 8, 16}}) {
    CAPTURE(weights.front());
    WeightedRoundRobin balancer(weights);
    const std::string all(weights.size(), '1');
    const std::string first = picks(balancer, all, sum(weights));
    for (size_t i = 0; i < weights.size(); ++i) CHECK(count(first, i) == weights[i]);
    for (int cycle = 0; cycle < 3; ++cycle) CHECK(picks(balancer, all, sum(weights)) == first);
  }
}

TEST_CASE("any cycle's worth of picks in a row is proportional, wherever it begins (I1)") {
  const Weights weights{4, 2, 1};
  WeightedRoundRobin balancer(weights);
  const std::string many = picks(balancer, "111", 50);
  for (size_t start = 0; start + 7 <= many.size(); ++start) {
    const std::string cycle = many.substr(start, 7);
    CHECK(count(cycle, 0) == 4);
    CHECK(count(cycle, 1) == 2);
    CHECK(count(cycle, 2) == 1);
  }
}

TEST_CASE("nobody is ever a whole pick ahead of its fair share: no bursts (I2)") {
  struct Row {
    Weights weights;
    size_t longest_run;
  };
  for (const Row& row : std::vector<Row>{{{1, 1}, 1},
                                         {{1, 1, 1, 1}, 1},
                                         {{50, 50}, 1},
                                         {{2, 1}, 2},
                                         {{3, 2, 1}, 2},
                                         {{10, 9, 1}, 2},
                                         {{5, 4, 3, 2, 1}, 2},
                                         {{5, 1, 1}, 4},      // over the end of a cycle: aa and aa
                                         {{100, 1}, 100}}) {  // nobody else is there to pick
    CAPTURE(row.weights.front());
    CAPTURE(row.weights.size());
    WeightedRoundRobin balancer(row.weights);
    const size_t cycle = sum(row.weights);
    const std::string many = picks(balancer, std::string(row.weights.size(), '1'), 4 * cycle);
    CHECK(longest_run(many) == row.longest_run);
    for (size_t n = 1; n <= many.size(); ++n) {
      for (size_t i = 0; i < row.weights.size(); ++i) {
        CHECK(count(many.substr(0, n), i) * cycle < n * row.weights[i] + cycle);
      }
    }
  }
}

TEST_CASE("one that comes back goes on where it was: nothing was saved up for it, and nothing lost (I2, I3)") {
  for (const size_t away : {1U, 10U, 1000U}) {
    CAPTURE(away);
    WeightedRoundRobin balancer({1, 1, 1});
    CHECK(picks(balancer, "111", 3) == "abc");
    const std::string meanwhile = picks(balancer, "110", 2 * away);
    CHECK(count(meanwhile, 0) == away);
    CHECK(count(meanwhile, 2) == 0);
    CHECK(picks(balancer, "111", 6) == "abcabc");
  }
  WeightedRoundRobin heavy({5, 1, 1});
  CHECK(picks(heavy, "111", 7) == "aabacaa");
  CHECK(picks(heavy, "011", 700).find('a') == std::string::npos);
  CHECK(picks(heavy, "111", 14) == "aabacaaaabacaa");
}

TEST_CASE("one that left in debt keeps its debt, and from its return on has its share in every cycle (I3)") {
  WeightedRoundRobin balancer({5, 1, 1});
  CHECK(picks(balancer, "111", 2) == "aa");  // a is in debt
  CHECK(picks(balancer, "011", 4) == "bcbc");
  CHECK(picks(balancer, "111", 7) == "bacaaaa");
  CHECK(picks(balancer, "111", 7) == "bacaaaa");
}

// 2,500 outages at random. Measured over every state that {1,1,1} to {100,99,1} can get into: whoever is back waits
// for 1.6 cycles at most, and is never more than 1.7 picks away from its share after that.
TEST_CASE("whoever comes and goes, one that is back has a pick within two cycles, and the fair share nearly (I3)") {
  std::mt19937 random(7);  // NOLINT: the same every time
  for (const Weights& weights : std::vector<Weights>{{1, 1, 1}, {5, 1, 1}, {3, 2, 1}, {10, 10, 1, 1}, {4, 3, 2, 1}}) {
    WeightedRoundRobin balancer(weights);
    const size_t cycle = sum(weights);
    const std::string all(weights.size(), '1');
    for (int outage = 0; outage < 500; ++outage) {
      for (int stretch = 0; stretch < 6; ++stretch) {
        std::string bits = all;
        for (char& bit : bits) bit = random() % 2 != 0 ? '1' : '0';
        picks(balancer, bits, random() % (2 * cycle));
      }
      const std::string after = picks(balancer, all, 2 * cycle);
      for (size_t i = 0; i < weights.size(); ++i) {
        CHECK(count(after, i) >= std::max(1U, 2 * weights[i] - 2));
        CHECK(count(after, i) <= 2 * weights[i] + 2);
      }
    }
  }
}

TEST_CASE("the current weights after each pick are those of the worked example (I2)") {
  WeightedRoundRobin balancer({5, 1, 1});
  CHECK(balancer.describe("") == "current weights 0 0 0");
  for (const std::string after : {"-2 1 1", "-4 2 2", "1 -4 3", "-1 -3 4", "4 -2 -2", "2 -1 -1", "0 0 0"}) {
    picks(balancer, "111", 1);
    CHECK(balancer.describe("") == "current weights " + after);
  }
  CHECK(balancer.pick_for_retry({false, true, true}, "") == 1);
  CHECK(balancer.describe("") == "current weights 0 0 0");
  CHECK(balancer.describe_for_retry("") == "current weights of retries 0 -1 1");
}

std::vector<int64_t> current_weights(const WeightedRoundRobin& balancer) {
  std::istringstream text(balancer.describe(""));
  std::string word;
  text >> word >> word;  // "current weights"
  return {std::istream_iterator<int64_t>(text), std::istream_iterator<int64_t>()};
}

// Measured over all states that {10, 10, 1, 1} can get into: from -20 to 23, which is more than the sum of all weights.
TEST_CASE("whoever comes and goes, current weights sum to 0 and stay within n - 1 times the largest weight (I2, I3)") {
  std::mt19937 random(23);  // NOLINT: the same every time
  for (const Weights& weights : std::vector<Weights>{{1, 1, 1, 1}, {5, 1, 1}, {10, 10, 1, 1}, {100, 99, 1}}) {
    WeightedRoundRobin balancer(weights);
    const auto bound = static_cast<int64_t>((weights.size() - 1) * *std::max_element(weights.begin(), weights.end()));
    REQUIRE(current_weights(balancer) == std::vector<int64_t>(weights.size(), 0));
    size_t wrong = 0;
    for (int i = 0; i < 5000; ++i) {
      std::string bits;
      for (size_t n = 0; n < weights.size(); ++n) bits += random() % 3 != 0 ? '1' : '0';
      const auto before = current_weights(balancer);
      picks(balancer, bits, 1);
      const auto after = current_weights(balancer);
      if (std::accumulate(after.begin(), after.end(), int64_t{0}) != 0) ++wrong;
      for (size_t n = 0; n < weights.size(); ++n) {
        if (std::abs(after[n]) > bound) ++wrong;
        if (bits[n] == '0' && after[n] != before[n]) ++wrong;
      }
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("picks from many threads together are as proportional as from one") {
  constexpr size_t threads = 4;
  constexpr size_t picks_each = 7000;
  WeightedRoundRobin balancer({5, 1, 1});
  std::vector<std::vector<size_t>> counts(threads, std::vector<size_t>(3));
  std::vector<std::thread> pickers;
  pickers.reserve(threads);
  for (auto& own : counts) {
    pickers.emplace_back([&own, &balancer] {
      const Candidates all(3, true);
      for (size_t i = 0; i < picks_each; ++i) ++own[balancer.pick(all, "").value()];
    });
  }
  for (std::thread& picker : pickers) picker.join();
  const std::vector<size_t> expected{20000, 4000, 4000};
  for (size_t backend = 0; backend < 3; ++backend) {
    size_t total = 0;
    for (const auto& own : counts) total += own[backend];
    CHECK(total == expected[backend]);
  }
}

}  // namespace
}  // namespace glassgate
