// What one call of each primitive costs, on one thread and without contention: nanoseconds, the median of several runs.
//   make bench-primitives
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include "gateway/request_counts.h"
#include "primitives/balance/consistent_hash.h"
#include "primitives/balance/least_connections.h"
#include "primitives/balance/round_robin.h"
#include "primitives/balance/weighted_round_robin.h"
#include "primitives/breaker/circuit_breaker.h"
#include "primitives/breaker/retry_budget.h"
#include "primitives/health/health.h"
#include "primitives/ratelimit/keyed_limiter.h"
#include "primitives/ratelimit/sliding_window.h"
#include "primitives/ratelimit/token_bucket.h"

namespace glassgate {
namespace {

constexpr int calls = 200'000;
constexpr int runs = 7;

volatile uint64_t sink;  // so that nothing is optimised away

void measure(const char* name, const std::function<uint64_t(int)>& call) {
  std::vector<double> figures;
  for (int run = 0; run < runs; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    uint64_t sum = 0;
    for (int i = 0; i < calls; ++i) sum += call(i);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
    sink = sum;
    figures.push_back(took.count() / calls);
  }
  std::sort(figures.begin(), figures.end());
  std::printf("  %-44s %8.1f ns\n", name, figures[runs / 2]);
}

TimePoint at(int i) {
  return TimePoint(std::chrono::microseconds(i));
}

void balancers() {
  const Candidates all(3, true);
  RoundRobin round_robin;
  measure("round robin, 3 backends", [&](int) { return round_robin.pick(all, "").value(); });
  WeightedRoundRobin weighted({5, 1, 1});
  measure("smooth weighted round robin, 3", [&](int) { return weighted.pick(all, "").value(); });
  const std::atomic<int64_t> load{3};
  LeastConnections least({{&load, 1}, {&load, 1}, {&load, 1}});
  measure("least connections, 3", [&](int) { return least.pick(all, "").value(); });
  ConsistentHash ring({{"127.0.0.1:9101", 1}, {"127.0.0.1:9102", 1}, {"127.0.0.1:9103", 1}}, 150);
  measure("consistent hash, 450 points", [&](int i) { return ring.pick(all, std::to_string(i)).value(); });
}

void limiters() {
  TokenBucket bucket({1000, std::chrono::seconds(1), 1000}, at(0));
  measure("token bucket", [&](int i) { return bucket.decide(at(i)).remaining; });
  SlidingWindow window(1000, std::chrono::seconds(1), at(0));
  measure("sliding window", [&](int i) { return window.decide(at(i)).remaining; });
  KeyedLimiter keyed(
      [](TimePoint now) {
        return std::make_unique<TokenBucket>(TokenBucketConfig{10, std::chrono::seconds(1), 10}, now);
      },
      {10'000, std::chrono::minutes(1)});
  measure("per-client limiter, 1 key", [&](int i) { return keyed.decide("192.0.2.1", at(i)).remaining; });
  measure("per-client limiter, 100,000 keys, room for 10,000",
          [&](int i) { return keyed.decide(std::to_string(i % 100'000), at(i)).remaining; });
}

void protection() {
  CircuitBreaker circuit({});
  measure("circuit breaker, closed: admit and succeed", [&](int i) {
    CircuitBreaker::Admission admission = circuit.admit(at(i));
    return admission.permit->succeeded() ? uint64_t{1} : uint64_t{0};
  });
  RetryBudget budget;
  measure("retry budget: count a request", [&](int i) {
    budget.count_request(at(i));
    return uint64_t{1};
  });
  Health unchecked({});
  measure("health without checks", [&](int i) { return uint64_t{unchecked.healthy(at(i))}; });
  Health checked({ActiveThresholds{}, PassiveThresholds{}});
  measure("health with both checks: ask and record", [&](int i) {
    checked.record_request(true, at(i));
    return uint64_t{checked.healthy(at(i))};
  });
  RequestCounts counts;
  measure("metrics: count and time a request", [&](int i) {
    counts.count("GET", 200, std::chrono::microseconds(i % 1000));
    return uint64_t{1};
  });
}

}  // namespace
}  // namespace glassgate

int main() {
  std::printf("one call, one thread (median of %d runs of %d calls):\n", glassgate::runs, glassgate::calls);
  glassgate::balancers();
  glassgate::limiters();
  glassgate::protection();
}
