// A token bucket in front of a client that comes in a burst, waits, and comes again.
//
// 4 requests a second on average, and up to 3 at once. The clock is moved by hand: each row says when somebody asked.
#include "primitives/ratelimit/token_bucket.h"

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

constexpr TokenBucketConfig config{.requests = 4, .window = std::chrono::seconds(1), .burst = 3};
constexpr int arrivals_ms[] = {0, 0, 0, 0, 100, 250, 300, 1000, 1000, 1000, 1000, 1250};

// How many tokens there are, in full and in part, is what `reset_after` leaves of the burst.
double tokens(const Decision& decision) {
  return static_cast<double>(config.burst) - to_milliseconds(decision.reset_after) * 4 / 1000;
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"ms", 5}, {"decision", 8}, {"remaining"}, {"retry after ms"}, {"full again after ms"}});
  Lanes lanes("Token bucket: a burst of 3, then 4 a second", "ms", 0, 1300);
  const size_t level = lanes.add("tokens", 3);
  const size_t requests = lanes.add("requests");

  const TimePoint start{};
  TokenBucket bucket(config, start);
  lanes.level(level, 0, 3);
  for (const int ms : arrivals_ms) {
    const Decision decision = bucket.decide(start + std::chrono::milliseconds(ms));
    example.step({ms, decision.allowed ? "allowed" : "refused", decision.remaining,
                  static_cast<int>(to_milliseconds(decision.retry_after)),
                  static_cast<int>(to_milliseconds(decision.reset_after))});
    lanes.level(level, ms, tokens(decision) + (decision.allowed ? 1 : 0), Tone::a, true);  // what had come by then
    lanes.level(level, ms, tokens(decision));
    lanes.bead(requests, ms, decision.allowed ? Tone::good : Tone::bad);
  }
  lanes.legend(Tone::a, "tokens in the bucket");
  lanes.legend(Tone::good, "allowed");
  lanes.legend(Tone::bad, "refused: 429");
  example.draw(lanes.svg());
}
