// Real traffic of a backend that falls ill, in a window that slides.
//
// Two requests a second, as long as the backend is in; it is ill from second 4 to 15. Out when half of at least six
// requests in the last ten seconds failed.
#include "primitives/health/passive_health.h"

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

constexpr PassiveThresholds thresholds{.window = std::chrono::seconds(10), .error_rate = 0.5, .min_requests = 6};

bool is_ill(int second) {
  return second >= 4 && second <= 15;
}

}  // namespace

int main(int argc, char** argv) {
  Example example(
      argc, argv,
      {{"second"}, {"backend", 4}, {"sent"}, {"failed"}, {"seen"}, {"then", 4}, {"failed ever"}, {"seen ever"}});
  Lanes lanes("Passive health: half of the last ten seconds failed", "s", 0, 19);
  const size_t counts = lanes.add("in the window", 20);
  const size_t requests = lanes.add("requests");
  const size_t state = lanes.add("state");

  PassiveHealth health(thresholds);
  PassiveHealth::Counts ever;  // the rival: counters that never forget
  for (int second = 0; second < 19; ++second) {
    const TimePoint now{std::chrono::seconds(second)};
    int sent = 0;
    while (sent < 2 && health.healthy(now)) {
      health.record(!is_ill(second), now);
      ever.failures += is_ill(second) ? 1 : 0;
      ++ever.requests;
      lanes.bead(requests, second + 0.5, is_ill(second) ? Tone::bad : Tone::good);
      ++sent;
    }
    const PassiveHealth::Counts seen = health.counts(now);
    const bool healthy = health.healthy(now);
    example.step({second, is_ill(second) ? "ill" : "well", sent, seen.failures, seen.requests, healthy ? "in" : "out",
                  ever.failures, ever.requests});
    lanes.level(counts, second, static_cast<double>(seen.requests), Tone::a);
    lanes.level(counts, second, static_cast<double>(seen.failures), Tone::bad);
    lanes.span(state, second, second + 1, healthy ? Tone::good : Tone::bad);
  }
  lanes.limit(counts, thresholds.min_requests, "");
  lanes.legend(Tone::a, "requests in the window");
  lanes.legend(Tone::bad, "failures; out");
  lanes.legend(Tone::good, "successes; in");
  example.draw(lanes.svg());
}
