// Backends that answer the gateway's own probes with more than anybody means: they are unhealthy, and cost no memory.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <vector>

#include "support/attacked_gateway.h"
#include "support/sanitized.h"

namespace glassgate::test {
namespace {

// What a backend says to a probe: `beginning`, and then `piece` for as long as somebody takes it.
struct Flood {
  std::string what;
  std::string beginning;
  std::string piece;
};

const std::string ok_head = "HTTP/1.1 200 OK\r\n";

std::vector<Flood> floods() {
  const std::string run(64 * 1024, 'a');
  std::string fields;
  for (int i = 0; i < 10'000; ++i) fields += "a: b\r\n";
  return {{"a status line without an end", "HTTP/1.1 200 ", run},
          {"a field without an end", ok_head + "A: ", run},
          {"fields without an end", ok_head, fields},
          {"a chunk size without an end", ok_head + "Transfer-Encoding: chunked\r\n\r\n", std::string(64 * 1024, '0')},
          {"a chunk extension without an end", ok_head + "Transfer-Encoding: chunked\r\n\r\n5;", run},
          {"trailers without an end", ok_head + "Transfer-Encoding: chunked\r\n\r\n0\r\n", fields},
          {"a body without an end", ok_head + "\r\n", run}};
}

constexpr long allowed_growth_kib = 24 * 1024;

TEST_CASE("whatever a backend answers to a probe, the gateway keeps only a little of it") {
  for (const Flood& flood : floods()) {
    CAPTURE(flood.what);
    std::atomic<int> probes{0};
    AttackedGateway attacked(
        [&](Peer& peer, int) {
          peer.read_request();
          ++probes;
          bool goes_on = peer.send(flood.beginning);
          while (goes_on) goes_on = peer.send(flood.piece);
        },
        "20s", "health: {active: {interval: 100ms, timeout: 500ms}}");
    attacked.begin_watch();
    CHECK(eventually([&] { return probes >= 3; }));
    CAPTURE(attacked.gateway().process().status_kib("VmHWM"));
    if (!is_sanitized) CHECK(attacked.gateway().process().status_kib("VmHWM") < allowed_growth_kib);
    attacked.check_unharmed();
  }
}

}  // namespace
}  // namespace glassgate::test
