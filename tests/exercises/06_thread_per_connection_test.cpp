// The exercises of docs/lessons/06-thread-per-connection.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <atomic>
#include <latch>

#include "06_short_queue.h"
#include "06_workers_needed.h"
#include "support/net.h"

namespace glassgate::exercises {
namespace {

TEST_CASE("exercise 6.1: a worker stays for as long as its connection, and not for as long as its work" *
          doctest::skip()) {
  CHECK(workers_needed({.connections_a_second = 100, .milliseconds_a_request = 50}) == 5);
  CHECK(workers_needed({.connections_a_second = 1, .milliseconds_a_request = 1}) == 1);
  CHECK(workers_needed({.connections_a_second = 10,
                        .requests = 10,
                        .milliseconds_a_request = 20,
                        .milliseconds_between = 1000,
                        .milliseconds_at_the_end = 60'000}) == 692);
}

TEST_CASE("exercise 6.2: no more than so many wait, and who began waits no more" * doctest::skip()) {
  std::atomic<int> ran{0};
  std::latch first_may_end{1};
  std::latch second_began{1};
  std::latch second_may_end{1};
  WorkerPool pool(1, std::chrono::hours(1));
  ShortQueue queue(pool, 2);
  const WorkerPool::Job count = [&] { ++ran; };
  CHECK(queue.run([&] { first_may_end.wait(); }));
  CHECK(queue.run([&] {
    second_began.count_down();
    second_may_end.wait();
  }));
  CHECK(queue.run(count));
  CHECK_FALSE(queue.run(count));
  first_may_end.count_down();
  second_began.wait();
  CHECK(queue.run(count));  // there is room for one again
  CHECK_FALSE(queue.run(count));
  second_may_end.count_down();
  CHECK(pool.wait_until_idle(test::deadline));
  CHECK(ran.load() == 2);
}

}  // namespace
}  // namespace glassgate::exercises
