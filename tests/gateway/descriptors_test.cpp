#include "gateway/descriptors.h"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <vector>

namespace glassgate {
namespace {

TEST_CASE("the limit of descriptors is raised to the hard limit") {
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
  rlimit lower = before;
  lower.rlim_cur = before.rlim_max / 2;
  REQUIRE(setrlimit(RLIMIT_NOFILE, &lower) == 0);

  CHECK(raise_descriptor_limit() == before.rlim_max);
  rlimit now{};
  getrlimit(RLIMIT_NOFILE, &now);
  CHECK(now.rlim_cur == before.rlim_max);
  CHECK(now.rlim_max == before.rlim_max);
  CHECK(raise_descriptor_limit() == before.rlim_max);  // again, without effect
  setrlimit(RLIMIT_NOFILE, &before);
}

TEST_CASE(
    "connections that fit leave room for their backends, for refused clients, for pipes and for the program itself") {
  for (const size_t descriptors : std::vector<size_t>{128, 256, 1024, 4096, 20000, 1048576}) {
    CAPTURE(descriptors);
    const size_t fit = connections_that_fit(descriptors);
    const size_t others = 64 + refused_that_fit(descriptors) + 2 * pipes_that_fit(descriptors);
    CHECK(2 * fit + others <= descriptors);
    CHECK(2 * (fit + 1) + others > descriptors);
  }
}

TEST_CASE("with next to no descriptors, one connection is allowed: none would be no gateway") {
  for (size_t descriptors = 0; descriptors <= 64 + 64 / 8 + 3; ++descriptors) {
    CAPTURE(descriptors);
    CHECK(connections_that_fit(descriptors) == 1);
  }
}

TEST_CASE("refused clients get an eighth of the descriptors, and never more than max_refused_sockets") {
  CHECK(refused_that_fit(0) == 0);
  CHECK(refused_that_fit(128) == 16);
  CHECK(refused_that_fit(1'000'000) == max_refused_sockets);
}

TEST_CASE("pipes are for those who have descriptors to spare") {
  CHECK(pipes_that_fit(128) == 0);
  CHECK(pipes_that_fit(1024) == 0);
  CHECK(pipes_that_fit(4095) == 0);
  CHECK(pipes_that_fit(4096) == 256);
  CHECK(pipes_that_fit(1'000'000) == 256);
}

TEST_CASE("a limit without end is no overflow") {
  CHECK(connections_that_fit(RLIM_INFINITY) > 1'000'000);
}

}  // namespace
}  // namespace glassgate
