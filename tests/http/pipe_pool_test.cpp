// Pipes that are lent: how many, and to one borrower at a time.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <atomic>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "http/pipe.h"
#include "support/open_pipes.h"
#include "support/socket_pair.h"

namespace glassgate::http {
namespace {

using test::connected_pair;
using test::SocketPair;

constexpr Duration generous = std::chrono::seconds(20);

bool lends(PipePool& pool) {
  return static_cast<bool>(BorrowedPipe(pool));
}

TEST_CASE("what one borrower leaves in a pipe never reaches the next (I2)") {
  PipePool pool(1);
  SocketPair from = connected_pair();
  from.theirs.send("secret");
  for (const bool leave_something : {true, false}) {
    CAPTURE(leave_something);
    BorrowedPipe pipe(pool);
    REQUIRE(static_cast<bool>(pipe));
    CHECK((*pipe).empty());
    if (leave_something) from.ours.read_into(*pipe, 3);
  }
  SocketPair clean = connected_pair();
  SocketPair to = connected_pair();
  clean.theirs.send("clean");
  BorrowedPipe pipe(pool);
  REQUIRE(static_cast<bool>(pipe));
  clean.ours.read_into(*pipe, 5);
  CHECK(to.ours.write_from(*pipe, generous).status == IoStatus::ok);
  to.ours.shutdown_write();
  CHECK(to.theirs.read_to_end() == "clean");
}

TEST_CASE("no more pipes are lent than there may be, and each is lent again (I3)") {
  PipePool none(0);
  CHECK_FALSE(lends(none));
  PipePool pool(3);
  for (int round = 0; round < 3; ++round) {
    std::list<BorrowedPipe> lent;
    for (int i = 0; i < 3; ++i) CHECK(static_cast<bool>(lent.emplace_back(pool)));
    CHECK_FALSE(lends(pool));
    CHECK_FALSE(lends(pool));
    lent.pop_back();
    CHECK(lends(pool));
  }
}

TEST_CASE("pipes that nobody needed since the last time are closed") {
  PipePool pool(3);
  const size_t before = test::open_pipes();
  {
    std::list<BorrowedPipe> lent;
    for (int i = 0; i < 3; ++i) lent.emplace_back(pool);
    pool.prune();
    CHECK(test::open_pipes() == before + 6);
  }
  pool.prune();  // all three were needed
  CHECK(test::open_pipes() == before + 6);
  CHECK(lends(pool));
  pool.prune();  // and now one
  CHECK(test::open_pipes() == before + 2);
  pool.prune();
  CHECK(test::open_pipes() == before);
  CHECK(lends(pool));
  std::list<BorrowedPipe> lent;
  for (int i = 0; i < 3; ++i) lent.emplace_back(pool);
  CHECK_FALSE(lends(pool));  // those that were closed count no more, and no less than that (I3)
}

TEST_CASE("without descriptors there is no pipe, and with them there is one again") {
  PipePool pool(1);
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none{0, before.rlim_max};
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  const bool is_lent = lends(pool);
  setrlimit(RLIMIT_NOFILE, &before);
  CHECK_FALSE(is_lent);
  CHECK(lends(pool));
}

TEST_CASE("many threads that borrow never share a pipe (I1) (I2)") {
  PipePool pool(2);
  std::vector<std::thread> threads;
  std::atomic<int> wrong{0};
  std::atomic<int> passed{0};
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, &wrong, &passed, mine = std::string(1000, static_cast<char>('a' + t))] {
      SocketPair from = connected_pair();
      SocketPair to = connected_pair();
      for (int i = 0; i < 200; ++i) {
        BorrowedPipe pipe(pool);
        if (!pipe) continue;
        from.theirs.send(mine);
        bool is_filled = true;
        while (is_filled && (*pipe).bytes() < mine.size()) {
          is_filled = from.ours.read_into(*pipe, mine.size() - (*pipe).bytes()).status == IoStatus::ok;
        }
        to.ours.write_from(*pipe, generous);
        if (to.theirs.read_exactly(mine.size()) != mine) ++wrong;
        ++passed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(passed > 0);
}

}  // namespace
}  // namespace glassgate::http
