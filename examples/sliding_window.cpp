// Four requests a second by three rules, at the edge between two seconds. The clock is moved by hand.
#include "primitives/ratelimit/sliding_window.h"

#include <vector>

#include "primitives/ratelimit/token_bucket.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr int arrivals_ms[] = {900, 900, 900, 900, 1000, 1000, 1000, 1000, 1150, 1250, 1400, 1500, 1650, 1750, 1900};

// The rule that most people write first: a count that begins anew with each second.
struct FixedWindow final : Limiter {
  Decision decide(TimePoint now) override {
    const auto now_in = now.time_since_epoch() / seconds(1);
    if (std::exchange(second, now_in) != now_in) count = 0;
    return {.allowed = count++ < 4};
  }
  int64_t second = 0;
  int count = 0;
};

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"ms", 11}, {"fixed window"}, {"token bucket"}, {"sliding window"}, {"retry after ms"}});
  Lanes lanes("Four a second, asked for around the edge at 1000 ms", "ms", 800, 2000);
  FixedWindow fixed;
  TokenBucket bucket({.requests = 4, .window = seconds(1), .burst = 4}, TimePoint{});
  SlidingWindow sliding(4, seconds(1), TimePoint{});
  const size_t lane = lanes.add("fixed window");  // the first of three
  lanes.add("token bucket");
  lanes.add("sliding window");
  int from_900ms[3][2]{};
  for (const int ms : arrivals_ms) {
    std::vector<Cell> row{ms};
    Decision last;
    for (size_t i = 0; Limiter * rule : std::initializer_list<Limiter*>{&fixed, &bucket, &sliding}) {
      last = rule->decide(TimePoint(milliseconds(ms)));
      row.emplace_back(last.allowed ? "allowed" : "refused");
      lanes.bead(lane + i, ms, last.allowed ? Tone::good : Tone::bad);
      from_900ms[i][0] += last.allowed && ms < 1100 ? 1 : 0;
      from_900ms[i++][1] += last.allowed && ms < 1900 ? 1 : 0;
    }
    row.emplace_back(last.retry_after / milliseconds(1));
    example.step(row);
  }
  example.step({"900 to 1099", from_900ms[0][0], from_900ms[1][0], from_900ms[2][0]});
  example.step({"900 to 1899", from_900ms[0][1], from_900ms[1][1], from_900ms[2][1]});
  lanes.legend(Tone::good, "allowed");
  lanes.legend(Tone::bad, "refused: 429");
  example.draw(lanes.svg());
}
