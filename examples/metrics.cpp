// Nine quick answers and a slow one, in a histogram: what it keeps, and what an average would have said.
//
// Each row says which bucket a time went into (its bound, in ms), and what is known when it is over.
#include <algorithm>

#include "primitives/metrics/prometheus_text.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

constexpr int answers_ms[] = {4, 5, 6, 3, 9, 4, 5, 3000, 8, 4};
constexpr size_t buckets = Histogram::bounds.size() + 1;  // one more, for what is above all bounds

std::string bound_ms(size_t bucket) {
  if (bucket + 1 == buckets) return "+Inf";
  return std::to_string(static_cast<int>(Histogram::bounds[bucket] * 1000));
}

// The first bucket that has grown: which one the histogram chose.
size_t chosen_bucket(const Histogram::Reading& before, const Histogram::Reading& after) {
  const auto grown = std::mismatch(before.cumulative.begin(), before.cumulative.end(), after.cumulative.begin()).first;
  return static_cast<size_t>(grown - before.cumulative.begin());
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"answer"}, {"ms", 4}, {"at or below", 4}, {"count"}, {"within 10 ms"}, {"average ms"}});
  Lanes lanes("Ten answers: each stands in its bucket, and in all above it", "answer", 0, 11);
  for (size_t i = buckets; i-- > 0;)
    lanes.add(i + 1 == buckets ? "any" : "<= " + bound_ms(i) + " ms");  // the lowest is 5 ms

  Histogram histogram;
  int answer = 0;
  for (const int ms : answers_ms) {
    const Histogram::Reading before = histogram.read();
    histogram.observe(std::chrono::milliseconds(ms));
    const Histogram::Reading now = histogram.read();
    const size_t chosen = chosen_bucket(before, now);
    const auto average = static_cast<uint64_t>(now.sum * 1000 / static_cast<double>(now.count));
    example.step({++answer, ms, bound_ms(chosen), now.count, now.cumulative[1], average});
    for (size_t i = chosen; i < buckets; ++i) lanes.bead(buckets - 1 - i, answer, i == chosen ? Tone::a : Tone::soft);
  }
  PrometheusText page;
  page.family("gateway_request_duration_seconds", "histogram", "From a request's start to the end of its answer.");
  page.histogram({{"service", "users"}}, histogram.read());
  example.say(page.take());
  lanes.legend(Tone::a, "the bucket that it was counted in");
  lanes.legend(Tone::soft, "those that a reading counts it in, too");
  example.draw(lanes.svg());
}
