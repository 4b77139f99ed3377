// Twenty requests a second to an upstream that fails as a whole for thirteen seconds. Each that failed wants one retry.
#include "primitives/breaker/retry_budget.h"

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;
using std::chrono::milliseconds;

namespace {

constexpr int requests_a_second = 20;
constexpr int fails_from = 4, well_from = 17;

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv,
                  {{"s", 2},
                   {"upstream"},
                   {"requests"},
                   {"want a retry"},
                   {"allowed"},
                   {"refused"},
                   {"attempts with the budget"},
                   {"without"}});
  Lanes lanes("What reaches an upstream that fails", "s", 0, 20);
  const size_t load = lanes.add("attempts / s", 40);
  lanes.limit(load, requests_a_second, "requests");
  lanes.span(lanes.add("upstream"), fails_from, well_from, Tone::bad, "fails");
  RetryBudget budget;
  for (int second = 0; second < 20; ++second) {
    const bool fails = second >= fails_from && second < well_from;
    int wanted = 0, allowed = 0;
    for (int i = 0; i < requests_a_second; ++i) {
      const TimePoint now{milliseconds(second * 1000 + i * 50)};
      budget.count_request(now);
      if (!fails) continue;
      ++wanted;
      if (budget.allow_retry(now)) ++allowed;
    }
    example.step({second, fails ? "fails" : "well", requests_a_second, wanted, allowed, wanted - allowed,
                  requests_a_second + allowed, requests_a_second + wanted});
    lanes.level(load, second, requests_a_second + wanted, Tone::bad);
    lanes.level(load, second, requests_a_second + allowed, Tone::good);
  }
  lanes.legend(Tone::bad, "without a budget");
  lanes.legend(Tone::good, "with it");
  example.draw(lanes.svg());
}
