#include "base/yield.h"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

namespace glassgate {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr int64_t alone = 1;
constexpr milliseconds time_slice(3);  // what the work of others takes when it has its turn

void record(Yield& yield, int times, Duration taken, int64_t yielding) {
  for (int i = 0; i < times; ++i) yield.record(taken, yielding);
}

int due_of(Yield& yield, int waits) {
  int due = 0;
  for (int i = 0; i < waits; ++i) due += yield.is_due() ? 1 : 0;
  return due;
}

TEST_CASE("as long as yields are spent on requests, every wait begins with one") {
  struct Row {
    Duration taken;
    int64_t yielding;
  };
  for (const Row& row : {Row{microseconds(20), 1}, Row{milliseconds(1), 16}, Row{milliseconds(8), 256}}) {
    CAPTURE(row.yielding);
    Yield yield;
    CHECK(due_of(yield, 100) == 100);
    record(yield, 1000, row.taken, row.yielding);
    CHECK(due_of(yield, 100) == 100);
  }
}

TEST_CASE("beside work of others yields pause, and are tried again by all threads when the pause is over") {
  Yield yield;
  record(yield, 50, time_slice, alone);
  constexpr int pause = static_cast<int>(Yield::pause);
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    CHECK(due_of(yield, pause - 1) == 0);
    CHECK(due_of(yield, 100) == 100);
    record(yield, 10, time_slice, alone);
  }
}

TEST_CASE("yields go on when the work of others is over, also under load") {
  Yield yield;
  record(yield, 50, time_slice, alone);
  due_of(yield, static_cast<int>(Yield::pause));
  record(yield, 1000, milliseconds(8), 256);
  CHECK(due_of(yield, 100) == 100);
}

TEST_CASE("where nobody else wants the processor few waits begin with a yield, and all of them when somebody does") {
  Yield yield;
  record(yield, 1000, std::chrono::nanoseconds(400), alone);
  CHECK(due_of(yield, 10 * static_cast<int>(Yield::when_idle)) == 10);
  record(yield, 20, microseconds(20), alone);
  CHECK(due_of(yield, 100) == 100);
}

TEST_CASE("work of others beside many connections is found, too") {
  Yield yield;
  record(yield, 500, 2 * time_slice, 16);
  CHECK(due_of(yield, 100) == 0);
}

TEST_CASE("one long turn, whatever its length, is no reason to stop") {
  Yield yield;
  record(yield, 500, microseconds(20), alone);
  yield.record(std::chrono::hours(1), alone);
  CHECK(due_of(yield, 100) == 100);
}

TEST_CASE("any number of threads may yield at once") {
  Yield yield;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int wait = 0; wait < 500; ++wait) yield.before_wait();
    });
  }
  for (std::thread& thread : threads) thread.join();
  record(yield, 1000, microseconds(20), alone);
  CHECK(due_of(yield, 100) == 100);
}

}  // namespace
}  // namespace glassgate
