// The exercises of docs/lessons/07-round-robin.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

#include "07_next_in_line.h"
#include "07_wrapping_tickets.h"

namespace glassgate::exercises {
namespace {

// "1101": the third is out. The picks, as a text; '-' is none.
std::string picks(NextInLine& line, const std::string& bits, int n) {
  Candidates candidates;
  for (const char bit : bits) candidates.push_back(bit == '1');
  std::string out;
  for (int i = 0; i < n; ++i) {
    const auto picked = line.pick(candidates);
    out += picked ? static_cast<char>('a' + static_cast<int>(*picked)) : '-';
  }
  return out;
}

// What four threads got, of three, with 30,000 calls each.
template <typename Take>
std::array<int, 3> shares_of(Take take) {
  std::array<std::atomic<int>, 3> counts{};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 30000; ++i) ++counts.at(take());
    });
  }
  for (std::thread& thread : threads) thread.join();
  return {counts[0], counts[1], counts[2]};
}

constexpr std::array<int, 3> even{40000, 40000, 40000};

TEST_CASE("exercise 7.1: the next is the one behind the last, whoever comes and goes" * doctest::skip()) {
  NextInLine line;
  CHECK(picks(line, "1111", 6) == "abcdab");
  CHECK(picks(line, "1101", 4) == "dabd");  // tickets would give abda
  CHECK(picks(line, "0000", 2) == "--");
  CHECK(picks(line, "1111", 3) == "abc");
  CHECK(picks(line, "0010", 2) == "cc");
  NextInLine shared;
  CHECK(shares_of([&] { return shared.pick({true, true, true}).value(); }) == even);
}

TEST_CASE("exercise 7.2: at the end of the tickets, nobody's turn is skipped" * doctest::skip()) {
  WrappingTickets tickets(3, 250);
  std::string turns;
  for (int i = 0; i < 12; ++i) turns += static_cast<char>('a' + tickets.take());
  CHECK(turns == "bcabcabcabca");
  WrappingTickets shared(3);
  CHECK(shares_of([&] { return shared.take(); }) == even);
}

}  // namespace
}  // namespace glassgate::exercises
