// Connections to backends that wait in a pool, and no descriptor for a newcomer.
#include <doctest/doctest.h>

#include <list>
#include <string>
#include <vector>

#include "support/gateway_process.h"
#include "support/recording_upstream.h"

namespace glassgate::test {
namespace {

constexpr size_t descriptors = 128;
constexpr size_t shown_when_full = descriptors - 2;  // each of the two listeners has taken one for whoever comes next

int status_for(Peer& client, const std::string& path) {
  client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
  return client.read_response().status();
}

TEST_CASE("backends are asked, and stay well, though pooled connections had taken the last descriptor") {
  for (const std::string host : {"127.0.0.1", "localhost"}) {
    CAPTURE(host);
    std::list<RecordingUpstream> backends(descriptors);
    std::string addresses;
    for (const RecordingUpstream& backend : backends) addresses += host + ":" + std::to_string(backend.port()) + ", ";
    GatewayProcess gateway(
        "routes: [{path: /, upstream: u}]\nupstreams: {u: {pool: {max_idle: 1000}, retries: 0, "
        "health: {passive: {}, when_none_healthy: fail_closed}, backends: [" +
            addresses + "]}}\n",
        descriptors);
    Peer client = gateway.connect();
    for (size_t i = 0; i < 3 * descriptors; ++i) CHECK(status_for(client, "/") == 200);
  }
}

TEST_CASE("newcomers are served, though pooled connections had taken the last descriptor") {
  std::list<RecordingUpstream> backends(descriptors);  // that take turns: each request leaves one connection more
  std::string addresses;
  for (const RecordingUpstream& backend : backends) addresses += backend.address() + ", ";
  GatewayProcess gateway("routes: [{path: /pooled, upstream: u}]\nupstreams: {u: {pool: {max_idle: 1000}, backends: [" +
                             addresses + "]}}\n",
                         descriptors);
  Peer first = gateway.connect();
  size_t shown = 0;
  for (size_t i = 0; i < descriptors && shown < shown_when_full; ++i) {
    CHECK(status_for(first, "/pooled") == 200);
    shown = gateway.process().descriptors();
  }
  CHECK(shown == shown_when_full);
  std::vector<Peer> newcomers;
  for (int i = 0; i < 5; ++i) {
    newcomers.push_back(gateway.connect());
    CHECK(status_for(newcomers.back(), "/") == 404);  // without a backend, whose call would make room by itself
  }
}

}  // namespace
}  // namespace glassgate::test
