// The exercises of docs/lessons/09-least-connections.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "09_counted_pick.h"
#include "09_least_time.h"

namespace glassgate::exercises {
namespace {

using std::chrono::milliseconds;

// One request after the other, none of them answered yet.
std::string fill(LeastTime& times, int n) {
  std::string out;
  for (int i = 0; i < n; ++i) {
    const size_t picked = times.pick();
    times.sent(picked);
    out += "abc"[picked];
  }
  return out;
}

TEST_CASE("exercise 9.1: the slow one gets a request when the fast ones have a queue as long as it takes" *
          doctest::skip()) {
  LeastTime times;
  CHECK(times.pick() == 0);
  times.sent(0);
  times.answered(0, milliseconds(8));
  CHECK(times.pick() == 1);  // nobody knows it yet
  times.sent(1);
  times.answered(1, milliseconds(20));
  times.sent(2);
  times.answered(2, milliseconds(40));
  CHECK(fill(times, 9) == "aabaaabca");
  times.answered(2, milliseconds(8));
  CHECK(times.latency(2) == milliseconds(36));
  CHECK(times.latency(0) == milliseconds(8));
}

TEST_CASE("exercise 9.2: picks from many threads are even, to the last one" * doctest::skip()) {
  CountedPick picks;
  std::array<bool, 4> taken{};
  for (int i = 0; i < 4; ++i) taken.at(picks.take()) = true;
  CHECK(taken == std::array<bool, 4>{true, true, true, true});
  picks.give_back(2);
  CHECK(picks.take() == 2);
  picks.give_back(2);
  // Whoever has looked waits until all four have. Where one is let in at a time, that never comes: then not for long.
  std::atomic<int> have_looked{0};
  const auto patience_ends = std::chrono::steady_clock::now() + milliseconds(300);
  picks.between = [&] {
    ++have_looked;
    while (have_looked < 4 && std::chrono::steady_clock::now() < patience_ends) std::this_thread::yield();
  };
  std::array<std::atomic<int>, 4> in_flight{1, 1, 0, 1};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) threads.emplace_back([&] { ++in_flight.at(picks.take()); });
  for (std::thread& thread : threads) thread.join();
  CHECK(have_looked >= 4);  // between() was called by each of them
  const auto [least, most] = std::minmax_element(in_flight.begin(), in_flight.end());
  CHECK(*most - *least <= 1);
}

}  // namespace
}  // namespace glassgate::exercises
