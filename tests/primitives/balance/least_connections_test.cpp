#include "primitives/balance/least_connections.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <vector>

namespace glassgate {
namespace {

// Four backends whose requests in flight a test sets by hand.
struct Backends {
  std::array<std::atomic<int64_t>, 4> in_flight{};

  LeastConnections balancer(const std::vector<unsigned>& weights) const {
    std::vector<LeastConnections::Load> loads;
    for (size_t i = 0; i < weights.size(); ++i) loads.push_back({&in_flight[i], weights[i]});
    return LeastConnections(loads);
  }
  void set(const std::vector<int64_t>& counts) {
    for (size_t i = 0; i < counts.size(); ++i) in_flight[i] = counts[i];
  }
};

Candidates candidates(const std::string& bits) {
  Candidates out;
  for (const char bit : bits) out.push_back(bit == '1');
  return out;
}

// The picks, as a text: a is the first backend, - is none.
std::string picks(LeastConnections& balancer, const std::string& bits, size_t n) {
  std::string out;
  for (size_t i = 0; i < n; ++i) {
    const auto picked = balancer.pick(candidates(bits), "");
    out += picked ? static_cast<char>('a' + static_cast<int>(*picked)) : '-';
  }
  return out;
}

TEST_CASE("the candidate with the fewest requests for its weight is picked; equals take turns (I1, I2)") {
  struct Row {
    std::string what;
    std::vector<unsigned> weights;
    std::vector<int64_t> in_flight;
    std::string bits;
    std::string picks;
  };
  for (const Row& row : std::vector<Row>{
           {"one", {1}, {9}, "1", "aaa"},
           {"the least", {1, 1, 1}, {3, 1, 2}, "111", "bbb"},
           {"the least is out", {1, 1, 1}, {3, 1, 2}, "101", "ccc"},
           {"only the busiest is left", {1, 1, 1}, {3, 1, 2}, "100", "aaa"},
           {"nobody is left", {1, 1, 1}, {0, 0, 0}, "000", "--"},
           {"there is nobody", {}, {}, "", "--"},
           {"all idle", {1, 1, 1}, {0, 0, 0}, "111", "abcabc"},
           {"all equally busy", {1, 1, 1}, {7, 7, 7}, "111", "abcabc"},
           {"two least of three", {1, 1, 1}, {2, 5, 2}, "111", "acac"},
           {"the busy one comes first", {1, 1, 1}, {5, 2, 2}, "111", "bcbc"},
           {"equal candidates around one that is out", {1, 1, 1}, {0, 0, 0}, "101", "acac"},
           {"half the load of twice the weight", {1, 2}, {2, 3}, "11", "bbb"},
           {"the same load for its weight", {1, 2}, {2, 4}, "11", "abab"},
           {"more load for its weight", {1, 2}, {2, 5}, "11", "aaa"},
           {"thirds against halves", {3, 2}, {4, 3}, "11", "aaa"},
           {"1/3 and 33/100 are not equal", {3, 100}, {1, 33}, "11", "bbb"},
           {"idle ones are equal whatever their weight", {9, 1}, {0, 0}, "11", "abab"},
           {"equal in threes", {1, 2, 3}, {2, 4, 6}, "111", "abcabc"},
           {"four, the last the least", {1, 1, 1, 1}, {4, 3, 2, 1}, "1111", "dd"},
           {"large numbers do not overflow", {1000, 999}, {1'000'000'000'000, 999'000'000'001}, "11", "aa"}}) {
    CAPTURE(row.what);
    Backends backends;
    backends.set(row.in_flight);
    LeastConnections balancer = backends.balancer(row.weights);
    CHECK(picks(balancer, row.bits, row.picks.size()) == row.picks);
  }
}

TEST_CASE("the counts are followed from one pick to the next (I1)") {
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 1, 1});
  backends.set({0, 1, 1});
  CHECK(picks(balancer, "111", 1) == "a");
  backends.set({2, 1, 3});
  CHECK(picks(balancer, "111", 1) == "b");
  backends.set({2, 4, 0});
  CHECK(picks(balancer, "111", 1) == "c");
}

// Sends `n` requests that stay, and gives back who got how many.
std::vector<int64_t> fill(Backends& backends, LeastConnections& balancer, const std::string& bits, int n) {
  for (int i = 0; i < n; ++i) ++backends.in_flight[balancer.pick(candidates(bits), "").value()];
  std::vector<int64_t> counts;
  for (size_t i = 0; i < bits.size(); ++i) counts.push_back(backends.in_flight[i]);
  return counts;
}

TEST_CASE("requests that stay are shared out by weight") {
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 2, 3, 4});
  CHECK(fill(backends, balancer, "1111", 100) == std::vector<int64_t>{10, 20, 30, 40});
  CHECK(fill(backends, balancer, "1111", 1000) == std::vector<int64_t>{110, 220, 330, 440});
}

TEST_CASE("a slow backend is left alone until it has caught up, and then is one among others (I1)") {
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 1, 1});
  backends.set({10, 0, 0});
  CHECK(fill(backends, balancer, "111", 20) == std::vector<int64_t>{10, 10, 10});
  CHECK(fill(backends, balancer, "111", 3) == std::vector<int64_t>{11, 11, 11});
  backends.set({0, 11, 11});  // its requests were answered all at once
  CHECK(fill(backends, balancer, "111", 11) == std::vector<int64_t>{11, 11, 11});
}

TEST_CASE("short requests on an idle upstream use it evenly (I2)") {
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 1, 1, 1});
  std::array<int, 4> sent{};
  for (int i = 0; i < 400; ++i) {
    const size_t picked = balancer.pick(candidates("1111"), "").value();
    ++backends.in_flight[picked];
    ++sent[picked];
    --backends.in_flight[picked];
  }
  CHECK(sent == std::array<int, 4>{100, 100, 100, 100});
}

TEST_CASE("a pick without a choice takes no turn: pages and their icons are shared out alike (I2)") {
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 1});
  std::array<int, 2> pages{};
  for (int i = 0; i < 100; ++i) {
    const size_t page = balancer.pick(candidates("11"), "").value();
    ++backends.in_flight[page];
    CHECK(balancer.pick(candidates("11"), "") == 1 - page);  // its icon, while the page is on its way
    --backends.in_flight[page];
    ++pages[page];
  }
  CHECK(pages == std::array<int, 2>{50, 50});
}

TEST_CASE("a retry goes to the least loaded, and takes no turn of others among equals (I3)") {
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 1, 1});
  for (int round = 0; round < 3; ++round) {
    CHECK(balancer.pick(candidates("111"), "") == size_t{0});
    CHECK(balancer.pick_for_retry(candidates("011"), "") == size_t{1});
    CHECK(balancer.pick_for_retry(candidates("011"), "") == size_t{2});
    CHECK(balancer.pick(candidates("111"), "") == size_t{1});
    CHECK(balancer.pick(candidates("111"), "") == size_t{2});
  }
  backends.set({0, 2, 1});
  CHECK(balancer.pick_for_retry(candidates("011"), "") == size_t{2});
  CHECK(balancer.pick_for_retry(candidates("000"), "") == std::nullopt);
}

TEST_CASE("a retry without a choice takes no turn of other retries") {
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 1, 1});
  CHECK(balancer.pick_for_retry(candidates("010"), "") == size_t{1});
  CHECK(balancer.pick_for_retry(candidates("000"), "") == std::nullopt);
  CHECK(balancer.pick_for_retry(candidates("011"), "") == size_t{1});
  CHECK(balancer.pick_for_retry(candidates("011"), "") == size_t{2});
}

TEST_CASE("the key is nothing to it") {
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 1});
  CHECK(balancer.pick(candidates("11"), "a") == size_t{0});
  CHECK(balancer.pick(candidates("11"), "a") == size_t{1});
}

TEST_CASE("it describes itself by the counts that the next pick looks at") {
  Backends backends;
  const LeastConnections balancer = backends.balancer({1, 2, 1});
  backends.set({3, 0, 12});
  CHECK(balancer.describe("any") == "in flight 3 0 12");
}

TEST_CASE("picks from many threads stay as even as the number of picks under way allows") {
  constexpr int threads = 4;
  constexpr int picks_each = 5000;
  Backends backends;
  LeastConnections balancer = backends.balancer({1, 1, 1});
  std::vector<std::thread> pickers;
  pickers.reserve(threads);
  for (int t = 0; t < threads; ++t) {
    pickers.emplace_back([&] {
      const Candidates all(3, true);
      for (int i = 0; i < picks_each; ++i) ++backends.in_flight[balancer.pick(all, "").value()];
    });
  }
  for (std::thread& picker : pickers) picker.join();
  const std::vector<int64_t> counts{backends.in_flight[0], backends.in_flight[1], backends.in_flight[2]};
  CHECK(counts[0] + counts[1] + counts[2] == threads * picks_each);
  const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
  CHECK(*most - *least <= threads);  // nobody is picked while it has more, but for the picks of three others
}

}  // namespace
}  // namespace glassgate
