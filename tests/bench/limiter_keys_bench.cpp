// How a rate limit by client grows with the number of clients, from 1 to 1,000,000.
//   make bench-limiter_keys     writes docs/figures/limiter-call.csv and limiter-memory.csv
//
// The keys are addresses, asked for in a random order: that is the worst that many clients can do to the caches. Once
// there is room for all of them, and once for 10,000: then a call for a key that is not there takes another's place.
#include <malloc.h>

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bench/support/figure.h"
#include "primitives/ratelimit/keyed_limiter.h"
#include "primitives/ratelimit/sliding_window.h"
#include "primitives/ratelimit/token_bucket.h"

namespace glassgate::bench {
namespace {

constexpr size_t key_counts[] = {1, 10, 100, 1000, 10'000, 100'000, 1'000'000};
constexpr size_t rounds = 5;
constexpr size_t calls = 500'000;
constexpr size_t room_for_all = 2'000'000;
constexpr size_t little_room = 10'000;

KeyedLimiter::MakeLimiter token_buckets() {
  return [](TimePoint now) {
    return std::make_unique<TokenBucket>(TokenBucketConfig{10, std::chrono::seconds(1), 10}, now);
  };
}

KeyedLimiter::MakeLimiter sliding_windows() {
  return [](TimePoint now) { return std::make_unique<SlidingWindow>(10, std::chrono::seconds(1), now); };
}

// 10.0.0.0 and on.
std::string address(size_t i) {
  std::string out = "10";
  for (const unsigned shift : {16U, 8U, 0U}) out += "." + std::to_string((i >> shift) % 256);
  return out;
}

std::vector<std::string> random_keys(size_t among) {
  std::mt19937 random(7);
  std::uniform_int_distribution<size_t> which(0, among - 1);
  std::vector<std::string> out;
  for (size_t i = 0; i < calls; ++i) out.push_back(address(which(random)));
  return out;
}

void fill(KeyedLimiter& limiter, size_t keys) {
  for (size_t i = 0; i < keys; ++i) limiter.decide(address(i), TimePoint());
}

double nanoseconds_a_call(KeyedLimiter& limiter, const std::vector<std::string>& keys) {
  size_t sum = 0;
  const double time = nanoseconds_of([&] {
    for (size_t i = 0; i < keys.size(); ++i) {
      sum += limiter.decide(keys[i], TimePoint(std::chrono::microseconds(i))).remaining;
    }
  });
  if (sum == 0) fail("nobody was allowed anything");
  return time / static_cast<double>(keys.size());
}

void measure_calls(const std::string& folder) {
  Figure figure({"limiter-call", "The time of a call of the limiter, by the number of clients", "clients",
                 "processor time of a call, ns"});
  for (size_t round = 1; round <= rounds; ++round) {
    say("limiter: calls, round " + std::to_string(round) + " of " + std::to_string(rounds));
    for (const size_t keys : key_counts) {
      const std::vector<std::string> asked = random_keys(keys);
      for (const size_t room : {room_for_all, little_room}) {
        KeyedLimiter limiter(token_buckets(), {room, std::chrono::minutes(10)});
        fill(limiter, keys);
        figure.add(room == room_for_all ? "room for all" : "room for 10 000", keys, nanoseconds_a_call(limiter, asked));
      }
    }
  }
  figure.write(folder, "make bench-limiter_keys");
}

// What malloc() has given out, its own heads included.
double allocated() {
  const struct mallinfo2 info = ::mallinfo2();
  return static_cast<double>(info.uordblks + info.hblkhd);
}

double bytes_a_key(const KeyedLimiter::MakeLimiter& make, size_t room, size_t keys) {
  const double before = allocated();
  KeyedLimiter limiter(make, {room, std::chrono::minutes(10)});
  fill(limiter, keys);
  return (allocated() - before) / static_cast<double>(keys);
}

// Two rounds would give the same bytes: malloc() counts, it does not guess. They are taken all the same, to see it.
void measure_memory(const std::string& folder) {
  Figure figure({"limiter-memory", "The memory of the limiter, by the number of clients", "clients",
                 "memory for each client, bytes"});
  for (size_t round = 1; round <= 3; ++round) {
    say("limiter: memory, round " + std::to_string(round) + " of 3");
    for (const size_t keys : key_counts) {
      if (keys < 100) continue;  // the empty shards would be all that is seen
      figure.add("token bucket", keys, bytes_a_key(token_buckets(), room_for_all, keys));
      figure.add("sliding window", keys, bytes_a_key(sliding_windows(), room_for_all, keys));
      figure.add("room for 10 000", keys, bytes_a_key(token_buckets(), little_room, keys));
    }
  }
  figure.write(folder, "make bench-limiter_keys");
}

}  // namespace
}  // namespace glassgate::bench

int main(int argc, char** argv) {
  const std::string folder = glassgate::bench::figures_folder(argc, argv);
  glassgate::bench::measure_memory(folder);
  glassgate::bench::measure_calls(folder);
  return 0;
}
