// Exercise 28.4 of docs/lessons/28-larger-exercises.md. Take out the skip()s to work on it.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "exercises/28_bulkhead.h"
#include "support/fleet.h"
#include "support/gate.h"

namespace glassgate::exercises {
namespace {

using test::get;
using test::Peer;
using test::Response;
using test::ScriptedUpstream;
using test::TestGateway;

TEST_CASE("exercise 28.4: never more than so many are inside, and a place that is left is free" * doctest::skip()) {
  Bulkhead room(3);
  for (int i = 0; i < 3; ++i) CHECK(room.enter());
  for (int i = 0; i < 5; ++i) CHECK(!room.enter());
  room.leave();
  CHECK(room.enter());
  CHECK(!room.enter());
  for (int i = 0; i < 3; ++i) room.leave();

  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::thread> threads;
  const auto come_and_go = [&] {
    for (int i = 0; i < 5000; ++i) {
      if (!room.enter()) continue;
      const int now = ++inside;
      for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      --inside;
      room.leave();
    }
  };
  for (int i = 0; i < 8; ++i) threads.emplace_back(come_and_go);
  for (std::thread& thread : threads) thread.join();
  CHECK(most <= 3);
  for (int i = 0; i < 3; ++i) CHECK(room.enter());  // nobody has left a place behind, and nobody has taken one along
  CHECK(!room.enter());
}

// One upstream, two routes to it; the one at /narrow holds one request.
std::string narrow_route_to(const ScriptedUpstream& upstream, const std::string& settings = "retries: 1") {
  return "upstreams: {u: {backends: [\"" + upstream.address() + "\"], " + settings +
         "}}\nroutes: [{path: /, upstream: u}, {path: /narrow, upstream: u, max_in_flight: 1}]\n";
}

TEST_CASE("exercise 28.4: a route that is full answers 503 and says when to come back; others do not notice" *
          doctest::skip()) {
  test::Gate done;
  ScriptedUpstream upstream([&](Peer& peer, int) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      upstream.note(request);
      if (request.starts_with("GET /narrow/wait ")) done.wait();
      peer.send(test::ok("hello"));
    }
  });
  const TestGateway gateway(narrow_route_to(upstream));
  Peer first = gateway.connect();
  first.send("GET /narrow/wait HTTP/1.1\r\nHost: h\r\n\r\n");
  upstream.wait_for_notes(1);

  const Response refused = get(gateway, "/narrow");
  CHECK(refused.status() == 503);
  CHECK(refused.field("Retry-After") == "1");
  CHECK(test::json_field(gateway.wait_for_access_lines(1).at(0), "error") == "route_full");
  CHECK(get(gateway, "/wide").status() == 200);

  done.open();
  CHECK(first.read_response().status() == 200);
  CHECK(test::eventually([&] { return get(gateway, "/narrow").status() == 200; }));
}

TEST_CASE("exercise 28.4: a place is given back however a request ends" * doctest::skip()) {
  ScriptedUpstream rude([](Peer& peer, int) { peer.read_request(); });
  const TestGateway gateway(narrow_route_to(rude, "retries: 0"));
  for (int i = 0; i < 5; ++i) CHECK(get(gateway, "/narrow").status() == 502);
}

}  // namespace
}  // namespace glassgate::exercises
