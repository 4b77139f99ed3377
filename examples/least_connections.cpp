// A request each 5 ms, and one backend of three is five times slower: turns beside least connections.
// A backend works on one at a time; the others wait there, and are in flight all the while.
#include "primitives/balance/least_connections.h"

#include <algorithm>
#include <array>
#include <deque>

#include "primitives/balance/round_robin.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

constexpr std::array<int, 3> service_ms{8, 8, 40};
const std::array<std::string, 3> names{"a", "b", "c"};

struct Fleet {
  std::array<std::atomic<int64_t>, 3> in_flight{};
  std::array<std::deque<int>, 3> done;  // when each of its requests will be
  int slowest_ms = 0;
  LeastConnections least{{{&in_flight[0], 1}, {&in_flight[1], 1}, {&in_flight[2], 1}}};
  std::string loads() const { return least.describe("").substr(10); }  // behind "in flight "
  std::string slowest() const { return std::to_string(slowest_ms) + " ms"; }
  size_t send(Balancer& balancer, int now) {
    for (size_t i = 0; i < 3; ++i) {
      for (; !done[i].empty() && done[i].front() <= now; --in_flight[i]) done[i].pop_front();
    }
    const size_t picked = *balancer.pick(Candidates(3, true), "");
    done[picked].push_back((done[picked].empty() ? now : done[picked].back()) + service_ms[picked]);
    slowest_ms = std::max(slowest_ms, done[picked].back() - now);
    ++in_flight[picked];
    return picked;
  }
};

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"ms"}, {"turns"}, {"then in flight"}, {"least"}, {"then, in flight"}});
  Lanes lanes("A request each 5 ms: a and b take 8 ms for one, c takes 40", "ms", 0, 80);
  for (const char* label : {"turns", "least connections"}) lanes.add(label);
  const size_t at_c = lanes.add("in flight at c", 5);
  Fleet by_turns, by_least;
  RoundRobin turns;
  for (int now = 0; now < 80; now += 5) {
    const std::array picked{by_turns.send(turns, now), by_least.send(by_least.least, now)};
    for (const size_t i : {0UL, 1UL}) lanes.bead(i, now, picked[i] == 2 ? Tone::wait : Tone::soft, names[picked[i]]);
    lanes.level(at_c, now, static_cast<double>(by_turns.in_flight[2]), Tone::bad);
    lanes.level(at_c, now, static_cast<double>(by_least.in_flight[2]), Tone::good);
    example.step({now, names[picked[0]], by_turns.loads(), names[picked[1]], by_least.loads()});
  }
  example.say("The slowest answer takes " + by_turns.slowest() + " by turns, " + by_least.slowest() + " by the least.");
  lanes.legend(Tone::wait, "the slow one is picked");
  lanes.legend(Tone::bad, "turns");
  lanes.legend(Tone::good, "least connections");
  example.draw(lanes.svg());
}
