#include "primitives/ratelimit/keyed_limiter.h"

#include <doctest/doctest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "primitives/ratelimit/token_bucket.h"
#include "support/sanitized.h"

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const TimePoint start{hours(1)};

KeyedLimiter::MakeLimiter buckets(uint64_t requests, Duration window, uint64_t burst) {
  return [=](TimePoint now) { return std::make_unique<TokenBucket>(TokenBucketConfig{requests, window, burst}, now); };
}

// "y" is allowed, "n" is refused: one character for each key of `keys`, asked in this order.
std::string decisions(KeyedLimiter& limiter, const std::vector<std::string>& keys, TimePoint now) {
  std::string out;
  for (const std::string& key : keys) out += limiter.decide(key, now).allowed ? 'y' : 'n';
  return out;
}

TEST_CASE("what one key does changes no other key's budget") {
  KeyedLimiter limiter(buckets(1, seconds(1), 2), {});
  CHECK(decisions(limiter, {"a", "a", "a", "b", "a", "b", "b", ""}, start) == "yynynyny");
  CHECK(limiter.keys() == 3);
  CHECK(limiter.decide("a", start).retry_after == seconds(1));
  CHECK(limiter.decide("b", start + milliseconds(400)).retry_after == milliseconds(600));
  CHECK(decisions(limiter, {"a", "b", "a", "b", "", ""}, start + seconds(1)) == "yynnyy");
}

TEST_CASE("a budget begins when its key is first seen") {
  std::vector<TimePoint> made;
  KeyedLimiter limiter(
      [&](TimePoint now) {
        made.push_back(now);
        return std::make_unique<TokenBucket>(TokenBucketConfig{1, seconds(1), 1}, now);
      },
      {});
  limiter.decide("a", start);
  limiter.decide("a", start + seconds(1));
  limiter.decide("b", start + seconds(2));
  CHECK(made == std::vector<TimePoint>{start, start + seconds(2)});
}

TEST_CASE("a new key takes the place of the one that was not used for longest, and of no other (I1)") {
  KeyedLimiter limiter(buckets(1, hours(1), 1), {.max_keys = 3, .idle_keys_after = minutes(10)});
  CHECK(decisions(limiter, {"a", "b", "c"}, start) == "yyy");
  CHECK(decisions(limiter, {"a", "b", "c", "a"}, start) == "nnnn");  // all known; b is the longest unused
  CHECK(decisions(limiter, {"d"}, start) == "y");                    // instead of b
  CHECK(limiter.keys() == 3);
  CHECK(decisions(limiter, {"c", "a", "d"}, start) == "nnn");
  CHECK(decisions(limiter, {"b"}, start) == "y");  // anew with a whole budget, instead of c
  CHECK(decisions(limiter, {"a", "d", "b"}, start) == "nnn");
  CHECK(decisions(limiter, {"c"}, start) == "y");
  CHECK(limiter.keys() == 3);
}

TEST_CASE("a small bound is kept exactly, to the key (I1)") {
  for (const size_t max_keys : {1U, 2U, 10U, 100U, 1000U, 8191U}) {
    CAPTURE(max_keys);
    KeyedLimiter limiter(buckets(1, hours(1), 1), {.max_keys = max_keys});
    for (size_t i = 0; i < max_keys; ++i) CHECK(limiter.decide(std::to_string(i), start).allowed);
    CHECK(limiter.keys() == max_keys);
    for (size_t i = 0; i < max_keys; ++i) CHECK(!limiter.decide(std::to_string(i), start).allowed);
    CHECK(limiter.decide("one more", start).allowed);
    CHECK(limiter.keys() == max_keys);
    CHECK(limiter.decide("0", start).allowed);  // it was the longest unused
  }
}

TEST_CASE("a million keys never make more budgets than the bound (I1)") {
  constexpr size_t max_keys = 15 * 4096 + 7;
  KeyedLimiter limiter(buckets(1, seconds(1), 1), {.max_keys = max_keys});
  size_t most = 0;
  for (size_t i = 0; i < 1'000'000; ++i) {
    limiter.decide(std::to_string(i), start);
    if (i % 1000 == 0) most = std::max(most, limiter.keys());
  }
  CHECK(most == max_keys - 7);  // fifteen shards: all full
  CHECK(limiter.keys() == most);
  CHECK(most <= max_keys);
}

TEST_CASE("nine tenths of max_keys all keep their budgets, though shards fill unevenly") {
  for (const size_t max_keys : {100U, 5000U, 10'000U, 100'000U}) {
    CAPTURE(max_keys);
    KeyedLimiter limiter(buckets(1, hours(1), 1), {.max_keys = max_keys});
    size_t allowed = 0;
    for (int round = 0; round < 3; ++round) {
      for (size_t i = 0; i < max_keys * 9 / 10; ++i) allowed += limiter.decide(std::to_string(i), start).allowed;
    }
    CHECK(allowed == max_keys * 9 / 10);
  }
}

TEST_CASE("a key that was idle for long enough is dropped by collect(), and not before (I2)") {
  KeyedLimiter limiter(buckets(1, hours(1), 1), {.max_keys = 1000, .idle_keys_after = minutes(10)});
  limiter.decide("a", start);
  limiter.decide("b", start + minutes(5));
  limiter.decide("c", start);
  limiter.decide("c", start + minutes(8));  // refused, and yet used
  struct Row {
    Duration at;
    size_t keys;
  };
  for (const Row& row : std::vector<Row>{{minutes(9), 3},
                                         {minutes(10) - Duration(1), 3},
                                         {minutes(10), 2},
                                         {minutes(15) - Duration(1), 2},
                                         {minutes(15), 1},
                                         {minutes(18), 0},
                                         {minutes(20), 0}}) {
    CAPTURE(row.at.count());
    limiter.collect(start + row.at);
    CHECK(limiter.keys() == row.keys);
  }
  CHECK(limiter.decide("a", start + minutes(20)).allowed);  // anew
}

TEST_CASE("collect() finds the idle keys of every shard (I2)") {
  KeyedLimiter limiter(buckets(1, hours(1), 1), {.max_keys = 100'000, .idle_keys_after = seconds(10)});
  for (int i = 0; i < 5000; ++i) limiter.decide(std::to_string(i), start + milliseconds(i));
  CHECK(limiter.keys() == 5000);
  limiter.collect(start + seconds(10) + milliseconds(1999));
  CHECK(limiter.keys() == 3000);
  CHECK(!limiter.decide("2000", start + seconds(12)).allowed);
  CHECK(limiter.decide("1999", start + seconds(12)).allowed);
  limiter.collect(start + hours(1));
  CHECK(limiter.keys() == 0);
  // A few of each shard at a time: with so many, some shard has more than the last one by a turn.
  for (const int keys : {7500, 7700, 7900, 8100, 8300, 8500}) {
    CAPTURE(keys);
    for (int i = 0; i < keys; ++i) limiter.decide(std::to_string(i), start + hours(2));
    limiter.collect(start + hours(3));
    CHECK(limiter.keys() == 0);
  }
}

TEST_CASE("a clock that steps back drops nobody") {
  KeyedLimiter limiter(buckets(1, hours(1), 1), {.max_keys = 1000, .idle_keys_after = seconds(10)});
  limiter.decide("a", start + seconds(5));
  limiter.decide("a", start);
  limiter.collect(start);
  limiter.collect(start + seconds(14));
  CHECK(limiter.keys() == 1);
  limiter.collect(start + seconds(15));
  CHECK(limiter.keys() == 0);
}

TEST_CASE("long keys have budgets of their own, and take no more memory than others (I3)") {
  KeyedLimiter limiter(buckets(1, hours(1), 1), {});
  const std::string longest(KeyedLimiter::longest_key, 'a');
  const std::vector<std::string> keys{longest, longest + "b", longest + "c", std::string(1'000'000, 'c')};
  CHECK(decisions(limiter, keys, start) == "yyyy");
  CHECK(decisions(limiter, keys, start) == "nnnn");
  CHECK(limiter.keys() == keys.size());
  if (test::is_sanitized) return;  // another allocator, which does not tell
  std::string key(100'000, 'd');
  const size_t before = ::mallinfo2().uordblks;
  for (int i = 0; i < 100; ++i) limiter.decide(key += 'd', start);
  CHECK(::mallinfo2().uordblks - before < 200'000);
}

TEST_CASE("keys of any bytes are keys") {
  KeyedLimiter limiter(buckets(1, hours(1), 1), {});
  CHECK(decisions(limiter, {std::string(1, '\0'), std::string(2, '\0'), "", "\xFF\xFE", "a", "A"}, start) == "yyyyyy");
  CHECK(limiter.keys() == 6);
}

TEST_CASE("four threads on the same keys get exactly the budgets, while a fifth collects") {
  constexpr size_t threads = 4;
  constexpr size_t asked_each = 20000;
  constexpr size_t keys = 100;
  constexpr uint64_t burst = 150;  // of 800 that are asked for with each key
  KeyedLimiter limiter(buckets(1, hours(1), burst), {.max_keys = 10'000, .idle_keys_after = hours(1)});
  std::atomic<size_t> allowed{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> askers;
  for (size_t t = 0; t < threads; ++t) {
    askers.emplace_back([&, t] {
      size_t mine = 0;
      for (size_t i = 0; i < asked_each; ++i) {
        if (limiter.decide("key " + std::to_string((i + t * 31) % keys), start).allowed) ++mine;
      }
      allowed += mine;
    });
  }
  std::thread collector([&] {
    while (!done) {
      limiter.collect(start);
      std::this_thread::yield();
    }
  });
  for (std::thread& asker : askers) asker.join();
  done = true;
  collector.join();
  CHECK(allowed == keys * burst);
  CHECK(limiter.keys() == keys);
}

TEST_CASE("four threads with ever new keys stay within the bound (I1)") {
  constexpr size_t max_keys = 8192;
  KeyedLimiter limiter(buckets(1, hours(1), 1), {.max_keys = max_keys});
  std::atomic<size_t> too_many{0};
  std::vector<std::thread> askers;
  askers.reserve(4);
  for (int t = 0; t < 4; ++t) {
    askers.emplace_back([&, t] {
      for (int i = 0; i < 5000; ++i) {
        limiter.decide(std::to_string(t) + "/" + std::to_string(i), start);
        if (i % 100 == 0 && limiter.keys() > max_keys) ++too_many;
      }
    });
  }
  for (std::thread& asker : askers) asker.join();
  CHECK(too_many == 0);
  CHECK(limiter.keys() == max_keys);
}

}  // namespace
}  // namespace glassgate
