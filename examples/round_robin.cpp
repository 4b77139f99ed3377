// Four backends in turn, one of which is away for twelve requests: whom does its share fall to?
//
// Beside the real one stands its plain rival: ticket modulo all backends, and who is out is skipped.
#include "primitives/balance/round_robin.h"

#include <array>

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

constexpr uint64_t leaves = 4;
constexpr uint64_t returns = 16;
constexpr uint64_t end = 20;
const std::string names = "abcd";

size_t skipping(uint64_t ticket, const Candidates& candidates) {
  size_t at = ticket % candidates.size();
  while (!candidates[at]) at = (at + 1) % candidates.size();
  return at;
}

std::string shares(const std::array<int, 4>& counts) {
  std::string out;
  for (const size_t i : {0UL, 1UL, 3UL}) out += std::string(" ") + names[i] + " " + std::to_string(counts[i]);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"ticket"}, {"candidates"}, {"skipping"}, {"round robin"}});
  Lanes lanes("One of four is out for twelve requests", "ticket", 0, end - 1);
  for (const std::string who : {"skipping: ", "round robin: "}) {
    for (const char name : names) lanes.add(who + name);
  }
  RoundRobin balancer;
  std::array<int, 4> skipped{};
  std::array<int, 4> turned{};
  for (uint64_t ticket = 0; ticket < end; ++ticket) {
    const bool out = ticket >= leaves && ticket < returns;
    const Candidates candidates{true, true, !out, true};
    const size_t rival = skipping(ticket, candidates);
    const size_t picked = *balancer.pick(candidates, "");
    skipped[rival] += out ? 1 : 0;
    turned[picked] += out ? 1 : 0;
    example.step({ticket, out ? "ab d" : "abcd", names.substr(rival, 1), names.substr(picked, 1)});
    lanes.bead(rival, static_cast<double>(ticket), rival != ticket % 4 ? Tone::bad : Tone::a);
    lanes.bead(4 + picked, static_cast<double>(ticket), Tone::a);
  }
  example.say("While c was out, skipping gave" + shares(skipped) + ", and round robin gave" + shares(turned) + ".");
  for (const size_t c : {2UL, 6UL}) lanes.span(c, leaves - 0.4, returns - 0.6, Tone::soft, "out");
  lanes.legend(Tone::a, "a pick");
  lanes.legend(Tone::bad, "a pick that was its neighbour's");
  example.draw(lanes.svg());
}
