// Weights 4, 2, 1: the plain way sends bursts, the smooth way spreads them. What does a backend's queue look like?
// Each backend is just strong enough: in the time of one pick it does its share of one request.
#include "primitives/balance/weighted_round_robin.h"

#include <algorithm>
#include <array>

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

constexpr std::array<unsigned, 3> weights{4, 2, 1};
constexpr size_t cycle = 7;
const std::string names = "abc";
const std::string naive = "aaaabbc";  // each as often as it weighs, one after the other

// What waits at the backend a: done at the rate of its share, and one more when it is picked.
class Queue {
 public:
  Queue(Lanes& lanes, size_t lane, Tone tone) : lanes_(lanes), lane_(lane), tone_(tone) {}
  void step(size_t pick, bool is_picked) {
    waiting_ = std::max(0.0, waiting_ - static_cast<double>(weights[0]) / cycle);
    lanes_.level(lane_, static_cast<double>(pick), waiting_, tone_, true);
    if (is_picked) lanes_.level(lane_, static_cast<double>(pick), waiting_ += 1, tone_);
  }

 private:
  Lanes& lanes_;
  size_t lane_;
  Tone tone_;
  double waiting_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"pick"}, {"naive"}, {"smooth"}, {"current weights afterwards"}});
  Lanes lanes("Weights 4, 2, 1: the same shares, in bursts and smoothly", "pick", 1, 2 * cycle);
  for (const char* lane : {"naive: a", "b", "c", "smooth: a", "b", "c"}) lanes.add(lane);
  const size_t queues = lanes.add("waiting at a", 3);
  Queue in_bursts(lanes, queues, Tone::bad);
  Queue smoothly(lanes, queues, Tone::good);
  WeightedRoundRobin balancer({weights.begin(), weights.end()});
  for (size_t pick = 1; pick <= 2 * cycle; ++pick) {
    const size_t rival = names.find(naive[(pick - 1) % cycle]);
    const size_t picked = *balancer.pick(Candidates(3, true), "");
    example.step({pick, names.substr(rival, 1), names.substr(picked, 1), balancer.describe("").substr(16)});
    lanes.bead(rival, static_cast<double>(pick), Tone::bad);
    lanes.bead(3 + picked, static_cast<double>(pick), Tone::good);
    in_bursts.step(pick, rival == 0);
    smoothly.step(pick, picked == 0);
  }
  lanes.legend(Tone::bad, "naive");
  lanes.legend(Tone::good, "smooth");
  example.draw(lanes.svg());
}
