#include "primitives/balance/round_robin.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace glassgate {
namespace {

// "101": the first and the third may be picked.
Candidates candidates(const std::string& bits) {
  Candidates out;
  for (const char bit : bits) out.push_back(bit == '1');
  return out;
}

// The picks, as a text of indices; '-' is none.
std::string picks(RoundRobin& balancer, const std::string& bits, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) {
    const auto picked = balancer.pick(candidates(bits), "");
    out += picked ? static_cast<char>('0' + static_cast<int>(*picked)) : '-';
  }
  return out;
}

TEST_CASE("everybody in turn, beginning with the first (I1)") {
  struct Row {
    std::string bits;
    std::string picks;
  };
  for (const Row& row : std::vector<Row>{{"1", "0000"},
                                         {"11", "010101"},
                                         {"111", "012012"},
                                         {"11111", "0123401234"},
                                         {"101", "0202"},
                                         {"0110", "1212"},
                                         {"001", "222"},
                                         {"000", "---"},
                                         {"", "--"}}) {
    CAPTURE(row.bits);
    RoundRobin balancer;
    CHECK(picks(balancer, row.bits, row.picks.size()) == row.picks);
  }
}

TEST_CASE("the share of one that is out goes to all others, and not to its neighbour (I2)") {
  RoundRobin balancer;
  std::array<int, 4> count{};
  for (int i = 0; i < 300; ++i) ++count[balancer.pick(candidates("1011"), "").value()];
  CHECK(count == std::array<int, 4>{100, 0, 100, 100});
}

TEST_CASE("one that comes and goes is never picked while it is out (I2)") {
  RoundRobin balancer;
  CHECK(picks(balancer, "111", 2) == "01");
  CHECK(picks(balancer, "110", 2) == "01");
  CHECK(picks(balancer, "000", 2) == "--");
  CHECK(picks(balancer, "001", 2) == "22");
  CHECK(picks(balancer, "111", 3) == "012");  // six tickets were taken: nobody to pick takes none
}

// Requests one after the other; of each who was picked, and who again where backend 0 did not take it.
std::string picks_beside_a_dead_one(Balancer& balancer, Candidates all, int requests) {
  std::string out;
  for (int i = 0; i < requests; ++i) {
    const size_t first = balancer.pick(all, "").value();
    out += std::to_string(first);
    if (first > 0) continue;
    Candidates left = all;
    left[0] = false;
    out += std::to_string(balancer.pick_for_retry(left, "").value()) + ' ';
  }
  return out;
}

TEST_CASE("a retry takes no turn of others: a dead backend is met in its turn, and in no other (I4)") {
  RoundRobin two;
  CHECK(picks_beside_a_dead_one(two, candidates("11"), 8) == "01 101 101 101 1");
  RoundRobin three;
  CHECK(picks_beside_a_dead_one(three, candidates("111"), 9) == "01 1202 1201 12");
  CHECK(three.pick_for_retry(candidates("000"), "") == std::nullopt);
}

TEST_CASE("many retries at the same moment are spread over all who are left (I4)") {
  RoundRobin balancer;
  for (int i = 0; i < 30; ++i) balancer.pick(candidates("111"), "");
  std::array<int, 3> again{};
  for (int i = 0; i < 30; ++i) ++again[balancer.pick_for_retry(candidates("011"), "").value()];
  CHECK(again == std::array<int, 3>{0, 15, 15});
  CHECK(balancer.describe("") == "next ticket 30");
  CHECK(balancer.describe_for_retry("") == "next ticket of retries 30");
}

TEST_CASE("any n picks in a row among n candidates take each once, wherever they begin") {
  for (size_t n = 1; n <= 7; ++n) {
    RoundRobin balancer;
    const std::string all(n, '1');
    for (size_t start = 0; start < 2 * n; ++start) {
      std::string round = picks(balancer, all, n);
      std::sort(round.begin(), round.end());
      CHECK(round == std::string("0123456").substr(0, n));
      balancer.pick(candidates(all), "");  // the next round begins one further
    }
  }
}

TEST_CASE("the key is nothing to it") {
  RoundRobin balancer;
  CHECK(balancer.pick(candidates("11"), "a") == size_t{0});
  CHECK(balancer.pick(candidates("11"), "a") == size_t{1});
}

TEST_CASE("the counter wraps, and every pick around it is a candidate (I3)") {
  RoundRobin balancer(std::numeric_limits<uint64_t>::max() - 2);
  std::array<int, 3> count{};
  for (int i = 0; i < 9; ++i) ++count[balancer.pick(candidates("111"), "").value()];
  for (const int n : count) CHECK(n >= 2);  // at the wrap the turn may skip: 2^64 is no multiple of 3
}

TEST_CASE("picks from many threads together are as fair as from one") {
  constexpr size_t threads = 4;
  constexpr size_t picks_each = 30000;
  RoundRobin balancer;
  std::array<std::array<size_t, 3>, threads> counts{};
  std::vector<std::thread> pickers;
  for (auto& own : counts) {
    pickers.emplace_back([&own, &balancer] {
      const Candidates all(3, true);
      for (size_t i = 0; i < picks_each; ++i) ++own[balancer.pick(all, "").value()];
    });
  }
  for (std::thread& picker : pickers) picker.join();
  for (size_t backend = 0; backend < 3; ++backend) {
    size_t total = 0;
    for (const auto& own : counts) total += own[backend];
    CHECK(total == threads * picks_each / 3);
  }
}

}  // namespace
}  // namespace glassgate
