#include "gateway/process_figures.h"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <thread>
#include <vector>

#include "support/gate.h"
#include "support/process.h"

namespace glassgate {
namespace {

TEST_CASE("descriptors are counted as they are opened and closed") {
  const uint64_t before = read_process_figures().open_descriptors.value();
  CHECK(before >= 3);
  std::vector<int> opened;
  for (int i = 0; i < 10; ++i) opened.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  CHECK(read_process_figures().open_descriptors == before + 10);
  for (const int fd : opened) ::close(fd);
  CHECK(read_process_figures().open_descriptors == before);  // reading the figures leaves none open
}

TEST_CASE("the most descriptors are the soft limit, as it is now") {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(read_process_figures().most_descriptors == limit.rlim_cur);
  rlimit lower = limit;
  lower.rlim_cur = 200;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &lower) == 0);
  const uint64_t most = read_process_figures().most_descriptors;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK(most == 200);
}

TEST_CASE("without a descriptor to look with, what cannot be counted is not said to be 0") {
  rlimit limit{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &limit) == 0);
  rlimit none = limit;
  none.rlim_cur = 0;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &none) == 0);
  const ProcessFigures figures = read_process_figures();
  REQUIRE(setrlimit(RLIMIT_NOFILE, &limit) == 0);
  CHECK_FALSE(figures.open_descriptors.has_value());
  CHECK_FALSE(figures.threads.has_value());
  CHECK_FALSE(figures.resident_bytes.has_value());
}

// Threads of tests before this one may be on their way out for a moment more.
TEST_CASE("threads are counted as they come and go") {
  const auto agrees_with_proc = [](size_t at_least) {
    return test::eventually([at_least] {
      const uint64_t counted = read_process_figures().threads.value();
      return counted == test::thread_names_of(0).size() && counted >= at_least;
    });
  };
  CHECK(agrees_with_proc(1));
  test::Gate end;
  std::vector<std::thread> threads;
  for (int i = 0; i < 5; ++i) threads.emplace_back([&end] { end.wait(); });
  CHECK(agrees_with_proc(6));
  end.open();
  for (std::thread& thread : threads) thread.join();
  CHECK(agrees_with_proc(1));
}

TEST_CASE("memory that is touched is resident, in bytes") {
  const uint64_t before = read_process_figures().resident_bytes.value();
  CHECK(before > 1024 * 1024);
  const size_t size = size_t{64} * 1024 * 1024;
  std::vector<char> touched(size, 'x');
  const uint64_t after = read_process_figures().resident_bytes.value();
  CHECK(after >= before + size / 2);
  CHECK(after < before + 8 * size);  // a sanitizer keeps notes of its own, some bytes for each
  CHECK(touched[size - 1] == 'x');
}

TEST_CASE("processor time is that of the whole process, in seconds, and only grows") {
  const double before = read_process_figures().cpu_seconds;
  const auto used = [] { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; };
  const double start = used();
  while (used() < start + 0.05) {
  }
  const double after = read_process_figures().cpu_seconds;
  CHECK(after >= before + 0.04);
  CHECK(after <= used() + 0.01);
}

}  // namespace
}  // namespace glassgate
