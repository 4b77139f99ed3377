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

TEST_CASE("new settings count from now on, and what has been seen so far is kept (I2)") {
  const TimePoint now{std::chrono::hours(1)};
  UpstreamConfig config;
  config.circuit_breaker = CircuitSettings{3, std::chrono::seconds(10)};
  config.health.active.emplace();
  config.health.active->unhealthy_after = 3;
  Backend backend(HostPort{"127.0.0.1", 9101}, config);
  for (int i = 0; i < 2; ++i) {
    CHECK_FALSE(backend.circuit.admit(now).permit->failed(now));
    backend.health.record_probe(false, "no answer");
  }

  config.circuit_breaker->open_for = std::chrono::seconds(20);
  config.health.active->unhealthy_after = 4;
  backend.apply(config);
  CHECK(backend.circuit.failures_in_a_row() == 2);
  CHECK(backend.health.report(now).probes_against == 2);
  CHECK(backend.circuit.admit(now).permit->failed(now)->to == CircuitState::open);
  CHECK(backend.circuit.time_to_test(now) == std::chrono::seconds(20));
  backend.health.record_probe(false, "no answer");
  CHECK(backend.health.healthy(now));
  backend.health.record_probe(false, "no answer");
  CHECK_FALSE(backend.health.healthy(now));

  backend.apply(config);
  CHECK(backend.circuit.state() == CircuitState::open);
  CHECK_FALSE(backend.health.healthy(now));
}

TEST_CASE("a backend that is no longer probed is well, whatever the probes said") {
  UpstreamConfig config;
  config.health.active.emplace();
  config.health.active->unhealthy_after = 1;
  Backend backend(HostPort{"127.0.0.1", 9101}, config);
  backend.health.record_probe(false, "no answer");
  CHECK_FALSE(backend.health.healthy({}));
  backend.apply({});
  CHECK(backend.health.healthy({}));
}

TEST_CASE("a backend without health checks is well, whatever happens to it") {
  Backend backend{HostPort{"127.0.0.1", 9101}};
  for (int i = 0; i < 100; ++i) {
    backend.health.record_probe(false, "no answer");
    backend.health.record_request(false, {});
  }
  CHECK(backend.health.healthy({}));
  CHECK_FALSE(backend.health.changed({}));
}

}  // namespace
}  // namespace glassgate
