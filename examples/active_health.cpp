// Probes of a backend, judged twice: by the last one alone, and by how many there were in a row.
//
// A probe each second: one is lost, then two, then the backend is really down, answers once by luck, and comes back.
#include "primitives/health/active_health.h"

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

constexpr ActiveThresholds thresholds{.unhealthy_after = 3, .healthy_after = 2};
constexpr std::string_view probes = "++-++--+----+-++";  // + succeeds, - fails

const char* word(bool healthy) {
  return healthy ? "in" : "out";
}

Tone tone(bool good) {
  return good ? Tone::good : Tone::bad;
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"second"}, {"probe", 5}, {"by the last probe"}, {"by 3 and 2 in a row"}, {"against"}});
  Lanes lanes("Active health: three failures in a row to go, two successes to come back", "s", 0, 16);
  const size_t asked = lanes.add("probes");
  const size_t by_last = lanes.add("by the last probe");
  const size_t in_a_row = lanes.add("3 and 2 in a row");
  const size_t against = lanes.add("against", 3);

  ActiveHealth health;
  for (int second = 0; second < static_cast<int>(probes.size()); ++second) {
    const bool success = probes[static_cast<size_t>(second)] == '+';
    health.record(success, thresholds);
    // The rival needs no class: the backend is what the last probe said.
    example.step({second, success ? "ok" : "fails", word(success), word(health.healthy()), health.against()});
    lanes.bead(asked, second + 0.5, tone(success));
    lanes.span(by_last, second, second + 1, tone(success));
    lanes.span(in_a_row, second, second + 1, tone(health.healthy()));
    lanes.level(against, second, health.against());
  }
  lanes.legend(Tone::good, "answered; in");
  lanes.legend(Tone::bad, "failed; out");
  lanes.legend(Tone::a, "results in a row against the state");
  example.draw(lanes.svg());
}
