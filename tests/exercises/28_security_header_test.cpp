// Exercise 28.5 of docs/lessons/28-larger-exercises.md. Take out the skip()s to work on it.
#include <doctest/doctest.h>

#include <string>

#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

Response answer_to(const TestGateway& gateway, const std::string& request) {
  Peer client = gateway.connect();
  client.send(request);
  return client.read_response();
}

std::string get_of(const std::string& path) {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n";
}

TEST_CASE("exercise 28.5: every answer tells browsers not to guess, also those that the gateway makes itself" *
          doctest::skip()) {
  const RecordingUpstream upstream;
  const auto limit = [](int requests) {
    return "rate_limit: {requests: " + std::to_string(requests) + ", window: 24h, key: none}";
  };
  const std::string route = "{path: /api, backends: [\"" + upstream.address() + "\"], " + limit(1) + "}";
  const TestGateway gateway("nosniff: true\n" + limit(3) + "\nroutes: [" + route + "]\n");
  const struct {
    std::string request;
    int status;
  } rows[] = {{get_of("/api"), 200},
              {get_of("/api"), 429},  // by the route
              {get_of("/nowhere"), 404},
              {get_of("/nowhere"), 429},  // by the door
              {"GARBAGE\r\n\r\n", 400}};
  for (const auto& row : rows) {
    CAPTURE(row.status);
    const Response answer = answer_to(gateway, row.request);
    CHECK(answer.status() == row.status);
    CHECK(answer.count("X-Content-Type-Options") == 1);
    CHECK(answer.field("X-Content-Type-Options") == "nosniff");
  }
  CHECK(upstream.request(0).find("X-Content-Type-Options") == std::string::npos);
}

TEST_CASE("exercise 28.5: nobody gets it who did not ask for it" * doctest::skip()) {
  const RecordingUpstream upstream;
  const std::string routes = "routes: [{path: /, backends: [\"" + upstream.address() + "\"]}]\n";
  for (const std::string setting : {"", "nosniff: false\n"}) {
    CAPTURE(setting);
    const TestGateway gateway(setting + routes);
    CHECK(answer_to(gateway, get_of("/")).count("X-Content-Type-Options") == 0);
  }
}

}  // namespace
}  // namespace glassgate::test
