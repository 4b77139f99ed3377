// Backends that answer the gateway's own probes with more than anybody means: it costs no memory, and they are
// unhealthy, but for those whose head is good: of a body, a probe reads some, and does not mind what it says.
#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/attacked_gateway.h"
#include "support/json_reader.h"
#include "support/sanitized.h"

namespace glassgate::test {
namespace {

// What a backend says to a probe: `beginning`, and then `piece` for as long as somebody takes it.
struct Flood {
  std::string what;
  std::string beginning;
  std::string piece;
  bool is_healthy = false;
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
          {"a body without an end", ok_head + "\r\n", run, true},
          {"chunks without an end", ok_head + "Transfer-Encoding: chunked\r\n\r\n", chunk(run), true}};
}

constexpr long allowed_growth_kib = 8 * 1024;
constexpr int enough_probes = 5;  // more than it takes for a backend to be unhealthy, and one that may be under way

bool is_healthy(const AttackedGateway& attacked) {
  const Json status = json_of(attacked.gateway().admin("/status"));
  for (const Json& upstream : status.at("upstreams").items) {
    if (upstream.at("name").text != "attacked") continue;
    return upstream.at("backends").at(0).at("health").at("healthy").text == "true";
  }
  throw std::runtime_error("no such upstream");
}

TEST_CASE("whatever a backend answers to a probe, the gateway keeps only a little of it") {
  for (const Flood& flood : floods()) {
    CAPTURE(flood.what);
    std::atomic<bool> is_hostile{false};
    std::atomic<int> probes{0};
    AttackedGateway attacked(
        [&](Peer& peer, int) {
          peer.read_request();
          if (!is_hostile) {
            peer.send(ok("fine"));
            return;
          }
          ++probes;
          bool goes_on = peer.send(flood.beginning);
          while (goes_on) goes_on = peer.send(flood.piece);
        },
        "20s", "health: {active: {interval: 100ms, timeout: 5s}}");
    attacked.begin_watch();
    CHECK(is_healthy(attacked));
    const long before = attacked.gateway().process().status_kib("VmHWM");
    is_hostile = true;
    CHECK(eventually([&] { return probes >= enough_probes; }));
    CHECK(eventually([&] { return is_healthy(attacked) == flood.is_healthy; }));
    const long growth = attacked.gateway().process().status_kib("VmHWM") - before;
    CAPTURE(growth);
    if (!is_sanitized) CHECK(growth <= allowed_growth_kib);
    attacked.check_unharmed();
  }
}

}  // namespace
}  // namespace glassgate::test
