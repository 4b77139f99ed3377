// The way of one request as pipeline.cpp writes it down: what comes before what, and what is not reached any more.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/json_reader.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

Json backend_of(const TestGateway& gateway, size_t upstream, size_t backend) {
  return json_of(gateway.admin("/status")).at("upstreams").at(upstream).at("backends").at(backend);
}

TEST_CASE("a malformed request is refused before it is routed") {
  RecordingUpstream upstream;
  const TestGateway gateway("routes:\n  - {path: /only, backends: [\"" + upstream.address() + "\"]}\n");
  const std::string answer = gateway.exchange("TRACE /nowhere HTTP/1.1\r\nMax-Forwards: 0\r\n\r\n");  // no Host
  CHECK(answer.starts_with("HTTP/1.1 400 "));
  CHECK(json_of(gateway.wait_for_access_lines(1)[0]).at("route").text == "-");
}

TEST_CASE("Max-Forwards is looked at before the route: this hop answers for a path that nobody has") {
  RecordingUpstream upstream;
  const TestGateway gateway("routes:\n  - {path: /only, methods: [GET], backends: [\"" + upstream.address() + "\"]}\n");
  CHECK(gateway.exchange("OPTIONS /nowhere HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 200 "));
  CHECK(gateway.exchange("OPTIONS /nowhere HTTP/1.1\r\nHost: h\r\nMax-Forwards: 1\r\nConnection: close\r\n\r\n")
            .starts_with("HTTP/1.1 404 "));
}

TEST_CASE("where no route matches, no backend is picked, and no turn is taken") {
  RecordingUpstream one;
  RecordingUpstream two;
  const TestGateway gateway("routes:\n  - {path: /a, methods: [GET], backends: [\"" + one.address() + "\", \"" +
                            two.address() + "\"]}\n");
  Peer client = gateway.connect();
  for (const char* start : {"GET /b", "PUT /a", "GET /a", "PUT /a", "GET /c", "GET /a"}) {
    client.send(std::string(start) + " HTTP/1.1\r\nHost: h\r\n\r\n");
    client.read_response();
  }
  CHECK(one.wait_for_notes(1).size() == 1);
  CHECK(two.wait_for_notes(1).size() == 1);
  for (size_t i = 0; i < 2; ++i) CHECK(backend_of(gateway, 0, i).at("picks").text == "1");
}

TEST_CASE("a backend's failure is counted for it, whether it did not answer or answered 5xx") {
  RecordingUpstream good;
  ScriptedUpstream unhappy(ScriptedUpstream::always("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"));
  const std::string nobody = "127.0.0.1:" + std::to_string(unused_port());
  const TestGateway gateway("upstreams: {u: {retries: 0, backends: [\"" + good.address() + "\", \"" + nobody +
                            "\", \"" + unhappy.address() + "\"]}}\nroutes: [{path: /, upstream: u}]\n");
  Peer client = gateway.connect();
  std::vector<int> statuses;
  for (int i = 0; i < 6; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    statuses.push_back(client.read_response().status());
  }
  CHECK(statuses == std::vector<int>{200, 502, 500, 200, 502, 500});
  REQUIRE(gateway.wait_for_access_lines(6).size() == 6);  // the last answer may be here before it is counted
  CHECK(backend_of(gateway, 0, 0).at("failures").text == "0");
  CHECK(backend_of(gateway, 0, 1).at("failures").text == "2");
  CHECK(backend_of(gateway, 0, 2).at("failures").text == "2");
  for (size_t i = 0; i < 3; ++i) CHECK(backend_of(gateway, 0, i).at("in_flight").text == "0");
}

TEST_CASE("what a client did wrong is not counted for the backend") {
  ScriptedUpstream upstream([](Peer& peer, int) { peer.read_to_end(); });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  CHECK(gateway.exchange("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc").starts_with("HTTP/1.1 400 "));
  CHECK(gateway.exchange("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n")
            .starts_with("HTTP/1.1 400 "));
  CHECK(backend_of(gateway, 0, 0).at("failures").text == "0");
}

}  // namespace
}  // namespace glassgate::test
