// A budget for each client, in a memory for three of them: one is greedy, then strangers come.
#include "primitives/ratelimit/keyed_limiter.h"

#include <map>

#include "primitives/ratelimit/token_bucket.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;
using std::chrono::seconds;

namespace {

constexpr std::pair<int, const char*> arrivals[] = {{0, "eve"}, {0, "eve"}, {0, "eve"},  {1, "ada"}, {1, "ada"},
                                                    {2, "bob"}, {2, "eve"}, {3, "cleo"}, {4, "ada"}, {4, "eve"}};

// A token bucket, two requests in ten seconds, that says when its key is forgotten.
struct Watched final : Limiter {
  Watched(TimePoint now, std::function<void()> call) : bucket({2, seconds(10), 2}, now), forgotten(std::move(call)) {}
  ~Watched() override { forgotten(); }
  Decision decide(TimePoint now) override { return bucket.decide(now); }
  TokenBucket bucket;
  std::function<void()> forgotten;
};

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"s", 2}, {"key", 7}, {"decision"}, {"retry after s"}, {"keys"}, {"memory"}});
  Lanes lanes("Three keys are remembered (grey): the longest unused makes room", "s", 0, 26);
  std::map<std::string, size_t> lane;
  for (const char* name : {"eve", "ada", "bob", "cleo"}) lane[name] = lanes.add(name);
  int now = 0;
  std::string key, memory;
  const auto make = [&](TimePoint begin) {
    memory += " +" + key;
    return std::make_unique<Watched>(begin, [&, from = now, name = key] {
      memory += " -" + name;
      lanes.span(lane[name], from, now, Tone::soft);
    });
  };
  KeyedLimiter limiter(make, {.max_keys = 3, .idle_keys_after = seconds(20)});
  for (const auto& [second, name] : arrivals) {
    std::tie(now, key, memory) = std::tuple(second, name, "");
    const Decision answer = limiter.decide(key, TimePoint(seconds(now)));
    example.step(
        {now, key, answer.allowed ? "allowed" : "refused", answer.retry_after / seconds(1), limiter.keys(), memory});
    lanes.bead(lane[key], now, answer.allowed ? Tone::good : Tone::bad);
  }
  for (now = 23; now <= 24; ++now) {
    memory.clear();
    limiter.collect(TimePoint(seconds(now)));
    example.step({now, "collect", "", "", limiter.keys(), memory});
  }
  lanes.legend(Tone::good, "allowed");
  lanes.legend(Tone::bad, "refused: 429");
  example.draw(lanes.svg());
}
