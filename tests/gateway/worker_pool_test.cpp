#include "gateway/worker_pool.h"

#include <doctest/doctest.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/net.h"
#include "support/process.h"

namespace glassgate {
namespace {

using test::eventually;

constexpr Duration at_once = std::chrono::milliseconds(1);
constexpr Duration never = std::chrono::hours(1);

std::string this_thread_name() {
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return name;
}

size_t threads_named_conn() {
  const std::vector<std::string> names = test::thread_names_of(0);
  return static_cast<size_t>(
      std::count_if(names.begin(), names.end(), [](const std::string& name) { return name.starts_with("conn-"); }));
}

// A job that runs until it is let go, and says who ran it.
class HeldJob {
 public:
  WorkerPool::Job job() const {
    return [state = state_] {
      state->worker = std::this_thread::get_id();
      state->name = this_thread_name();
      state->running.count_down();
      state->let_go.wait();
    };
  }
  void wait_until_running() const { state_->running.wait(); }
  void let_go() const { state_->let_go.count_down(); }
  std::thread::id worker() const { return state_->worker; }
  const std::string& name() const { return state_->name; }

 private:
  struct State {
    std::latch running{1};
    std::latch let_go{1};
    std::thread::id worker;
    std::string name;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

void run_to_the_end(WorkerPool& pool, const HeldJob& held) {
  REQUIRE(pool.run(held.job()));
  held.wait_until_running();
  held.let_go();
}

TEST_CASE("there are at most max_workers workers, and each runs one job (I1)") {
  for (const size_t max : {size_t{1}, size_t{2}, size_t{8}}) {
    CAPTURE(max);
    WorkerPool pool(max, never);
    std::vector<HeldJob> held(max);
    for (HeldJob& job : held) CHECK(pool.run(job.job()));
    for (HeldJob& job : held) job.wait_until_running();
    std::atomic<bool> ran{false};
    CHECK_FALSE(pool.run([&] { ran = true; }));
    CHECK(pool.workers() == max);
    CHECK(pool.busy() == max);
    CHECK(threads_named_conn() == max);
    for (HeldJob& job : held) job.let_go();
    CHECK(pool.wait_until_idle(test::deadline));
    CHECK(pool.busy() == 0);
    pool.stop();
    CHECK_FALSE(ran);  // I2: not taken, so never run
  }
}

TEST_CASE("a pool without workers takes nothing") {
  WorkerPool pool(0);
  CHECK_FALSE(pool.run([] {}));
  CHECK_FALSE(pool.run_when_free([] {}));
  CHECK(pool.wait_until_idle(Duration::zero()));
}

TEST_CASE("a job goes to the worker that became free last") {
  WorkerPool pool(3, never);
  HeldJob first;
  HeldJob second;
  HeldJob third;
  for (HeldJob* job : {&first, &second, &third}) {
    REQUIRE(pool.run(job->job()));
    job->wait_until_running();
  }
  size_t busy = 3;
  for (HeldJob* job : {&third, &first, &second}) {
    job->let_go();
    --busy;
    REQUIRE(eventually([&] { return pool.busy() == busy; }));
  }
  HeldJob next;
  HeldJob next_but_one;
  for (HeldJob* job : {&next, &next_but_one}) {
    REQUIRE(pool.run(job->job()));
    job->wait_until_running();
  }
  CHECK(next.worker() == second.worker());
  CHECK(next_but_one.worker() == first.worker());
  CHECK(pool.workers() == 3);
  next.let_go();
  next_but_one.let_go();
}

TEST_CASE("workers are named conn-1, conn-2, ... in the order in which they were started") {
  WorkerPool pool(2, never);
  HeldJob first;
  HeldJob second;
  CHECK(pool.run(first.job()));
  CHECK(pool.run(second.job()));
  first.wait_until_running();
  second.wait_until_running();
  CHECK(first.name() == "conn-1");
  CHECK(second.name() == "conn-2");
  first.let_go();
  second.let_go();
}

TEST_CASE("a worker that gets nothing for keep_for ends, and is joined when the next one ends") {
  for (const size_t kept : std::vector<size_t>{0, 2}) {
    WorkerPool pool(4, at_once, "conn", kept);
    for (int round = 0; round < 5; ++round) {
      CAPTURE(round);
      std::vector<HeldJob> held(4);
      for (HeldJob& job : held) REQUIRE(pool.run(job.job()));
      for (HeldJob& job : held) job.wait_until_running();
      for (HeldJob& job : held) job.let_go();
      CHECK(eventually([&] { return pool.workers() == kept && pool.busy() == 0; }));
      CHECK(eventually([&] { return threads_named_conn() == kept; }));
    }
  }
}

TEST_CASE("a worker that was kept is used again") {
  WorkerPool pool(4, never);
  std::set<std::thread::id> workers;
  for (int round = 0; round < 20; ++round) {
    HeldJob held;
    run_to_the_end(pool, held);
    REQUIRE(pool.wait_until_idle(test::deadline));
    workers.insert(held.worker());
  }
  CHECK(workers.size() == 1);
}

TEST_CASE("run_when_free() waits for the next free worker, in the order of asking") {
  WorkerPool pool(1, never);
  HeldJob held;
  REQUIRE(pool.run(held.job()));
  held.wait_until_running();
  std::string order;
  for (const char letter : {'a', 'b', 'c'}) CHECK(pool.run_when_free([&order, letter] { order += letter; }));
  CHECK_FALSE(pool.wait_until_idle(Duration::zero()));
  held.let_go();
  REQUIRE(pool.wait_until_idle(test::deadline));
  CHECK(order == "abc");
}

TEST_CASE("run_when_free() takes a worker that is free already, or starts one") {
  WorkerPool pool(1, never);
  for (int round = 0; round < 2; ++round) {
    std::atomic<bool> ran{false};
    CHECK(pool.run_when_free([&] { ran = true; }));
    CHECK(eventually([&] { return ran.load(); }));
    CHECK(pool.wait_until_idle(test::deadline));
  }
}

TEST_CASE("stop() waits for jobs that run and for jobs that wait (I2), and leaves no thread behind (I3)") {
  WorkerPool pool(2, never);
  std::vector<HeldJob> held(2);
  std::atomic<int> ran{0};
  for (HeldJob& job : held) REQUIRE(pool.run(job.job()));
  for (HeldJob& job : held) job.wait_until_running();
  for (int i = 0; i < 3; ++i) REQUIRE(pool.run_when_free([&] { ++ran; }));
  std::thread stopper([&] { pool.stop(); });
  CHECK_FALSE(pool.run([&] { ran += 100; }));
  for (HeldJob& job : held) job.let_go();
  stopper.join();
  CHECK(ran == 3);
  CHECK(pool.workers() == 0);
  CHECK(eventually([] { return threads_named_conn() == 0; }));
  CHECK_FALSE(pool.run([&] { ran += 100; }));
  CHECK_FALSE(pool.run_when_free([&] { ran += 100; }));
  pool.stop();  // a second time does nothing
  CHECK(ran == 3);
}

TEST_CASE("where no thread can be made, a job is not taken, and later ones are") {
  pthread_attr_t before;
  pthread_attr_t absurd;
  pthread_getattr_default_np(&before);
  pthread_attr_init(&absurd);
  pthread_attr_setstacksize(&absurd, size_t{1} << 50);  // more than a process can address
  WorkerPool pool(2, never);
  std::atomic<int> ran{0};

  pthread_setattr_default_np(&absurd);
  const bool taken = pool.run([&] { ++ran; });
  const bool queued = pool.run_when_free([&] { ++ran; });
  pthread_setattr_default_np(&before);
  CHECK_FALSE(taken);
  CHECK_FALSE(queued);
  CHECK(pool.workers() == 0);

  CHECK(pool.run([&] { ++ran; }));
  CHECK(pool.wait_until_idle(test::deadline));
  CHECK(ran == 1);
  pthread_attr_destroy(&before);
  pthread_attr_destroy(&absurd);
}

TEST_CASE("hammered from all sides, a job that was taken runs exactly once (I2), never beside too many others (I1)") {
  constexpr size_t max = 5;
  constexpr int submitters = 4;
  constexpr int jobs_each = 3000;
  std::atomic<int> taken{0};
  std::atomic<int> ran{0};
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  {
    Yield yield;
    WorkerPool pool(max, std::chrono::microseconds(20), "conn", 0, &yield);  // workers end and start all the time
    const auto job = [&] {
      const int now = ++running;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      ++ran;
      --running;
    };
    std::vector<std::thread> threads;
    for (int t = 0; t < submitters; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < jobs_each; ++i) taken += (i + t) % 3 == 0 ? pool.run_when_free(job) : pool.run(job);
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(pool.workers() <= max);
    pool.stop();
  }
  CHECK(taken > 0);
  CHECK(ran == taken);
  CHECK(most <= static_cast<int>(max));
  CHECK(eventually([] { return threads_named_conn() == 0; }));
}

TEST_CASE("hammered while it stops, it still runs what it took, exactly once (I2)") {
  for (int round = 0; round < 50; ++round) {
    std::atomic<int> taken{0};
    std::atomic<int> ran{0};
    Yield yield;
    WorkerPool pool(3, std::chrono::microseconds(20), "conn", 0, &yield);
    std::latch started{3};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        started.arrive_and_wait();
        for (int i = 0; i < 200; ++i)
          taken += i % 2 == 0 ? pool.run_when_free([&] { ++ran; }) : pool.run([&] { ++ran; });
      });
    }
    started.wait();
    pool.stop();
    for (std::thread& thread : threads) thread.join();
    pool.stop();
    CHECK(ran == taken);
  }
}

}  // namespace
}  // namespace glassgate
