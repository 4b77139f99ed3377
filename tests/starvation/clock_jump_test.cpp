// The machine's clock is set, by an hour or a day, forwards or back: only what people read changes with it.
#include <doctest/doctest.h>

#include <chrono>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "support/fleet.h"
#include "support/gate.h"
#include "support/shifted_clock.h"
#include "support/source_tree.h"

namespace glassgate::test {
namespace {

using std::chrono::hours;

// Up to the hour: 2024-02-29T23
std::string hour_of(WallTime time) {
  return std::string(rfc3339(time).data(), 13);
}

// Between these two looks at the clock, which may be in different hours.
bool is_stamped_between(const std::string& line, WallTime from, WallTime to) {
  const std::string hour = json_field(line, "time").substr(0, 13);
  return hour == hour_of(from) || hour == hour_of(to);
}

// The backend answers /held when the gate opens, and fails at /ill.
struct Road {
  Gate gate;  // before the scripts that wait for it
  ScriptedUpstream backend{[this](Peer& peer, int) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      if (request.starts_with("GET /held ")) {
        backend.note("held");
        gate.wait();
      }
      const bool is_ill = request.starts_with("GET /ill ");
      if (!peer.send(is_ill ? "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n" : ok("hello"))) return;
    }
  }};
  TestGateway gateway{
      "server: {idle_timeout: 30m, body_timeout: 30m}\nupstreams:\n"
      "  well: {backends: [\"" +
      backend.address() +
      "\"], response_timeout: 30m, pool: {idle_timeout: 30m}}\n"
      "  ill: {backends: [\"" +
      backend.address() +
      "\"], circuit_breaker: {max_failures: 1, open_for: 30m}}\nroutes:\n"
      "  - {path: /ill, upstream: ill}\n"
      "  - {path: /limited, upstream: well, rate_limit: {requests: 2, window: 30m}}\n"
      "  - {path: /, upstream: well}\n"};
};

TEST_CASE("budgets, circuits, time-outs and pools do not notice that the clock is set, and log lines do") {
  for (const hours jump : {hours(1), hours(24), hours(-1), hours(-24)}) {
    CAPTURE(jump.count());
    Road road;
    Peer idle = road.gateway.connect();
    const auto status_of = [&](const std::string& path) {
      idle.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
      return idle.read_response().status();
    };
    CHECK(status_of("/limited") == 200);
    CHECK(status_of("/limited") == 200);
    CHECK(status_of("/limited") == 429);
    CHECK(status_of("/ill") == 500);
    CHECK(status_of("/ill") == 503);
    const std::string opened = road.gateway.admin("/status");
    Peer waiting = road.gateway.connect();
    waiting.send("GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
    road.backend.wait_for_notes(1);
    {
      const ShiftedClock shifted(jump);
      const WallTime from = std::chrono::system_clock::now();
      road.gate.open();
      CHECK(waiting.read_response().body == "hello");
      road.gateway.wait_for_access_lines(6);
      CHECK(status_of("/limited") == 429);
      CHECK(status_of("/ill") == 503);
      CHECK(status_of("/") == 200);
      const std::vector<std::string> lines = road.gateway.wait_for_access_lines(9);
      for (size_t i = 6; i < 9; ++i) CHECK(is_stamped_between(lines[i], from, std::chrono::system_clock::now()));
      for (const std::string& line : lines) CHECK(std::stod(json_field(line, "latency_ms")) >= 0);
      for (const std::string& line : lines)
        CHECK(std::stod(json_field(line, "latency_ms")) < 1000.0 * deadline.count());
    }
    CHECK(status_of("/limited") == 429);  // and back
    CHECK(status_of("/ill") == 503);
    CHECK(status_of("/") == 200);
  }
}

TEST_CASE("no decision reads the wall clock: it is asked for stamps alone") {
  const std::set<std::string> stamps{"src/base/clock.h",             // the clock itself
                                     "src/gateway/admin.cpp",        // Date
                                     "src/gateway/client_loop.cpp",  // when a request started, for the log and /explain
                                     "src/gateway/forwarding.cpp",   // Date
                                     "src/gateway/gateway.cpp",      // "started" in /status and /metrics
                                     "src/gateway/log.cpp",
                                     "src/gateway/reloader.cpp"};
  std::set<std::string> readers;
  for (const std::string& file : source_tree::code_in("src")) {
    const std::string text = source_tree::text_of(file);
    const bool reads = text.find("wall()") != std::string::npos ||
                       text.find("system_clock::now") != std::string::npos ||
                       text.find("CLOCK_REALTIME") != std::string::npos ||
                       text.find("gettimeofday") != std::string::npos ||
                       text.find("time(nullptr)") != std::string::npos;
    if (reads) readers.insert(file);
  }
  CHECK(readers == stamps);
}

}  // namespace
}  // namespace glassgate::test
