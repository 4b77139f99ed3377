#include "gateway/backend.h"

#include <doctest/doctest.h>

#include <stdexcept>
#include <thread>
#include <vector>

namespace glassgate {
namespace {

TEST_CASE("a backend is named by its host and port") {
  CHECK(Backend(HostPort{"users.internal", 80}).name == "users.internal:80");
  CHECK(Backend(HostPort{"::1", 9101}).name == "[::1]:9101");
}

TEST_CASE("in_flight is the number of requests that are in flight, however they end (I1)") {
  Backend backend{HostPort{"127.0.0.1", 9101}};
  {
    const InFlight first(backend);
    const InFlight second(backend);
    CHECK(backend.in_flight == 2);
    try {
      const InFlight third(backend);
      CHECK(backend.in_flight == 3);
      throw std::runtime_error("an exception");
    } catch (const std::runtime_error&) {
    }
    CHECK(backend.in_flight == 2);
  }
  CHECK(backend.in_flight == 0);
}

TEST_CASE("requests that come and go on many threads leave nothing behind (I1)") {
  Backend backend{HostPort{"127.0.0.1", 9101}};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) const InFlight one(backend);
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(backend.in_flight == 0);
}

}  // namespace
}  // namespace glassgate
