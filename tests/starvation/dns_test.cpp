// Names that are known, then not, then only after an eternity, and then again.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "http/connect.h"
#include "support/fleet.h"
#include "support/hanging_resolver.h"
#include "support/process.h"

namespace glassgate::test {
namespace {

// By a name, and by an address. Each answer ends its connection, so that each request looks the name up.
struct Road {
  ScriptedUpstream backend{[](Peer& peer, int) {
    if (!peer.read_request().empty()) peer.send(ok("hello", "Connection: close\r\n"));
  }};
  std::string upstream(const std::string& host) {
    return ": {connect_timeout: 300ms, backends: [\"" + host + ":" + std::to_string(backend.port()) + "\"]}\n";
  }
  TestGateway gateway{"upstreams:\n  changes" + upstream(changing_name) + "  hangs" + upstream(hanging_name) +
                      "  numeric" + upstream("127.0.0.1") +
                      "routes:\n  - {path: /changes, upstream: changes}\n  - {path: /hangs, upstream: hangs}\n"
                      "  - {path: /numeric, upstream: numeric}\n"};
};

TEST_CASE("a name that is not known is 502 at once, and when it is known again it is used") {
  Road road;
  for (int round = 0; round < 3; ++round) {
    let_changing_name_be_known(true);
    for (int i = 0; i < 5; ++i) CHECK(get(road.gateway, "/changes").body == "hello");
    let_changing_name_be_known(false);
    for (int i = 0; i < 5; ++i) {
      CHECK(get(road.gateway, "/changes").status() == 502);
      const size_t requests = static_cast<size_t>(10 * round + 6 + i);
      CHECK(json_field(road.gateway.wait_for_access_lines(requests).back(), "error") == "backend_unresolved");
    }
  }
}

size_t resolving_threads() {
  const std::vector<std::string> names = thread_names_of(0);
  return static_cast<size_t>(std::count(names.begin(), names.end(), "resolve"));
}

// More requests than look-ups may hang. Of one name only a few do, whatever is asked.
TEST_CASE("while a resolver hangs its requests are answered 502 in bounded time, and others are served, also by name") {
  constexpr int clients = http::max_lookups + 16;
  Road road;
  {
    const HangingResolver resolver;
    std::vector<Peer> waiting;
    for (int i = 0; i < clients; ++i) {
      waiting.push_back(road.gateway.connect());
      waiting.back().send("GET /hangs HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    let_changing_name_be_known(true);
    for (const char* const path : {"/numeric", "/changes"}) {
      for (int i = 0; i < 20; ++i) CHECK(get(road.gateway, path).body == "hello");
    }
    for (Peer& client : waiting) CHECK(client.read_response().status() == 502);
    CHECK(resolver.waiting() <= 4);
  }
  CHECK(eventually([] { return resolving_threads() == 0; }));
  for (size_t i = 0; i < http::max_lookups + 1; ++i) CHECK(get(road.gateway, "/changes").body == "hello");
  let_changing_name_be_known(false);
}

TEST_CASE("when as many look-ups hang as may, another backend is asked, and nobody's pooled connections are closed") {
  NamedUpstream pooled("pooled");
  NamedUpstream other("other");
  const TestGateway gateway(
      "upstreams:\n  pooled: {backends: [\"" + pooled.address() + "\"]}\n  mixed: {backends: [\"" + hanging_name +
      ":80\", \"" + other.address() +
      "\"]}\nroutes:\n  - {path: /pooled, upstream: pooled}\n  - {path: /mixed, upstream: mixed}\n");
  CHECK(get(gateway, "/pooled").body == "pooled");
  const HangingResolver resolver;
  resolver.take_all_lookups();
  for (int i = 0; i < 6; ++i) CHECK(get(gateway, "/mixed").body == "other");
  CHECK(get(gateway, "/pooled").body == "pooled");
  CHECK(pooled.connections() == 1);
}

}  // namespace
}  // namespace glassgate::test
