// The exercises of docs/lessons/10-consistent-hashing.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "10_bounded_pick.h"
#include "10_rendezvous.h"

namespace glassgate::exercises {
namespace {

constexpr int keys = 10'000;

std::string key(int i) {
  return "/items/" + std::to_string(i);
}

// How many keys go elsewhere than before, by the backend that they go to now; of those for which `only` was theirs.
struct Moves {
  std::vector<int> to;
  int needless = 0;
};
Moves moves_of(const Rendezvous& before, const Candidates& then, const Rendezvous& after, const Candidates& now,
               size_t wanted, bool is_new) {
  Moves out{std::vector<int>(now.size()), 0};
  for (int i = 0; i < keys; ++i) {
    const size_t old_owner = before.pick(then, key(i)).value_or(now.size());
    const size_t owner = after.pick(now, key(i)).value_or(now.size());
    if (old_owner == owner) continue;
    if (owner < now.size()) ++out.to[owner];
    if ((is_new ? owner : old_owner) != wanted) ++out.needless;
  }
  return out;
}

TEST_CASE("exercise 10.1: a new backend takes its share from all, and of one that is out all inherit" *
          doctest::skip()) {
  const Candidates three(3, true);
  const Candidates four(4, true);
  const Rendezvous before({"10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"});
  const Rendezvous after({"10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80"});
  const Moves grown = moves_of(before, three, after, four, 3, true);
  CHECK(grown.needless == 0);
  CHECK(grown.to[3] > keys / 4 * 8 / 10);
  CHECK(grown.to[3] < keys / 4 * 12 / 10);
  const Moves without_second = moves_of(after, four, after, {true, false, true, true}, 1, false);
  CHECK(without_second.needless == 0);
  for (const size_t heir : {0UL, 2UL, 3UL}) CHECK(without_second.to[heir] > keys / 12 * 8 / 10);
  CHECK(after.pick({false, false, false, false}, "key") == std::nullopt);
}

TEST_CASE("exercise 10.2: a key that everybody asks for goes home first, and is then shared" * doctest::skip()) {
  ConsistentHash ring({{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}, {"e", 1}}, 150);
  const Candidates all(5, true);
  const size_t home = ring.pick(all, "hot").value();
  std::vector<int64_t> in_flight(5);
  for (int sent = 1; sent <= 100; ++sent) {
    const size_t picked = bounded_pick(ring, all, "hot", in_flight, 125).value();
    if (sent == 1) CHECK(picked == home);
    ++in_flight[picked];
    CHECK(in_flight[picked] <= (sent * 125 + 499) / 500);
  }
  CHECK(in_flight[home] == 25);
  CHECK(*std::min_element(in_flight.begin(), in_flight.end()) < 20);  // as much at home as there is room for
  in_flight[home] = 0;
  CHECK(bounded_pick(ring, all, "hot", in_flight, 125) == home);
  Candidates others = all;
  others[home] = false;
  CHECK(bounded_pick(ring, others, "hot", in_flight, 125) != home);
  CHECK(bounded_pick(ring, Candidates(5, false), "hot", in_flight, 125) == std::nullopt);
}

}  // namespace
}  // namespace glassgate::exercises
