// Rate limits as clients meet them.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/fleet.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

// `limit` as inside `rate_limit: {}`.
std::string door(const std::string& limit) {
  return "rate_limit: {" + limit + "}\n";
}
std::string route_to(const ScriptedUpstream& upstream, const std::string& path = "/", const std::string& limit = "") {
  return "  - {path: " + path + ", backends: [\"" + upstream.address() + "\"]" +
         (limit.empty() ? "" : ", rate_limit: {" + limit + "}") + "}\n";
}
const std::string routes = "routes:\n";
const std::string trusting = "server: {trusted_proxies: [127.0.0.1]}\n";

std::string forwarded_for(const std::string& addresses) {
  return "X-Forwarded-For: " + addresses + "\r\n";
}

// The statuses of one request for each of these fields.
std::vector<int> statuses(const TestGateway& gateway, const std::vector<std::string>& fields) {
  std::vector<int> out;
  for (const std::string& one : fields) out.push_back(get(gateway, "/", one).status());
  return out;
}

TEST_CASE("a refusal is 429 with its reason, when to come back, and the limit's fields") {
  const RecordingUpstream upstream;
  const TestGateway gateway(door("requests: 2, window: 24h, key: none") + routes + route_to(upstream));
  const std::string policy = "\"gateway\";q=2;w=86400";
  for (const std::string left : {"1", "0"}) {
    const Response admitted = get(gateway);
    CHECK(admitted.status() == 200);
    CHECK(admitted.field("RateLimit").starts_with("\"gateway\";r=" + left + ";t="));
    CHECK(admitted.field("RateLimit-Policy") == policy);
    CHECK(admitted.count("Retry-After") == 0);
  }
  const Response refused = get(gateway);
  CHECK(refused.head.starts_with("HTTP/1.1 429 Too Many Requests\r\n"));
  const int wait = std::stoi(refused.field("Retry-After"));
  CHECK(wait <= 43200);  // half the window, less what has passed since the first request
  CHECK(wait > 43200 - 600);
  CHECK(refused.field("RateLimit") == "\"gateway\";r=0;t=" + std::to_string(wait));
  CHECK(refused.field("RateLimit-Policy") == policy);
  for (const char* name : {"Retry-After", "RateLimit", "RateLimit-Policy"}) CHECK(refused.count(name) == 1);
  CHECK(refused.field("Content-Type") == "application/json");
  const Json body = json_of(refused.body);
  CHECK(body.at("error").text == "too many requests");
  CHECK(body.at("status").text == "429");
  CHECK(body.at("trace_id").text == refused.field("X-Request-ID"));
  CHECK(json_field(gateway.wait_for_access_lines(3).at(2), "error") == "rate_limited");
}

TEST_CASE("the door's limit stands before routing: it counts and refuses what no route takes, too") {
  const RecordingUpstream upstream;
  const TestGateway gateway(door("requests: 2, window: 1h, key: none") + routes + route_to(upstream, "/api"));
  CHECK(get(gateway, "/nowhere").status() == 404);
  CHECK(get(gateway, "/nowhere").field("RateLimit-Policy") == "\"gateway\";q=2;w=3600");
  CHECK(get(gateway, "/nowhere").status() == 429);
  CHECK(get(gateway, "/api").status() == 429);
}

TEST_CASE("a refused request costs nothing upstream, and neither its connection") {
  const RecordingUpstream upstream;
  const TestGateway gateway(door("requests: 1, window: 1h, key: none") + routes + route_to(upstream));
  CHECK(get(gateway).status() == 200);
  Peer client = gateway.connect();
  for (int i = 0; i < 20; ++i) {
    client.send(i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: h\r\n\r\n"
                           : "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello");
    CHECK(client.read_response().status() == 429);
  }
  CHECK(upstream.notes().size() == 1);
  CHECK(upstream.connections() == 1);
  const Json limiter = json_of(gateway.admin("/status")).at("rate_limits").at(0);
  CHECK(limiter.at("allowed").text == "1");
  CHECK(limiter.at("refused").text == "20");
}

TEST_CASE("malformed requests cost no budget") {
  const RecordingUpstream upstream;
  const TestGateway gateway(door("requests: 1, window: 1h, key: none") + routes + route_to(upstream));
  for (const char* request : {"nonsense\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", "GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n",
                              "GET / HTTP/2.0\r\nHost: h\r\n\r\n", "GE"}) {
    CAPTURE(std::string(request));
    const std::string answer = gateway.exchange(request);
    CHECK(answer.find(" 429 ") == std::string::npos);
    CHECK(answer.find("RateLimit") == std::string::npos);
  }
  CHECK(get(gateway).status() == 200);
  CHECK(get(gateway).status() == 429);
}

TEST_CASE("a route's limit is its own") {
  const RecordingUpstream upstream;
  const std::string once = "requests: 1, window: 1h, key: none";
  const TestGateway gateway(routes + route_to(upstream, "/a", once) + route_to(upstream, "/b", once) +
                            route_to(upstream, "/free"));
  CHECK(get(gateway, "/a").status() == 200);
  const Response refused = get(gateway, "/a");
  CHECK(refused.status() == 429);
  CHECK(refused.field("RateLimit-Policy") == "\"route\";q=1;w=3600");
  CHECK(get(gateway, "/b").status() == 200);
  CHECK(get(gateway, "/b/x").status() == 429);
  for (int i = 0; i < 5; ++i) CHECK(get(gateway, "/free").status() == 200);
  CHECK(get(gateway, "/free").count("RateLimit") == 0);
  CHECK(get(gateway, "/none").count("RateLimit") == 0);
}

TEST_CASE("where both limits have a say, both are told, and the tighter one refuses") {
  const RecordingUpstream upstream;
  const TestGateway gateway(door("requests: 3, window: 1h, key: none") + routes +
                            route_to(upstream, "/", "requests: 1, window: 1h, key: none"));
  const Response admitted = get(gateway);
  CHECK(admitted.status() == 200);
  CHECK(admitted.count("RateLimit") == 2);
  CHECK(admitted.count("RateLimit-Policy") == 2);
  const Response by_route = get(gateway);
  CHECK(by_route.status() == 429);
  CHECK(by_route.head.find("RateLimit-Policy: \"gateway\";q=3;w=3600\r\n") != std::string::npos);
  CHECK(by_route.head.find("RateLimit-Policy: \"route\";q=1;w=3600\r\n") != std::string::npos);
  get(gateway);
  const Response by_door = get(gateway);
  CHECK(by_door.status() == 429);
  CHECK(by_door.count("RateLimit") == 1);
}

TEST_CASE("each key has its own budget, and what makes a key is what was configured") {
  const struct {
    std::string what;
    std::string yaml;
    std::vector<std::string> fields;
    std::vector<int> statuses;
  } rows[] = {
      {"none: one for all",
       trusting + door("requests: 2, window: 1h, key: none"),
       {forwarded_for("192.0.2.1"), forwarded_for("192.0.2.2"), forwarded_for("192.0.2.3")},
       {200, 200, 429}},
      {"client_ip is the default",
       trusting + door("requests: 1, window: 1h"),
       {forwarded_for("192.0.2.1"), forwarded_for("192.0.2.2"), forwarded_for("192.0.2.1")},
       {200, 200, 429}},
      {"client_ip: only the trusted end of the list counts",
       trusting + door("requests: 1, window: 1h, key: client_ip"),
       {forwarded_for("192.0.2.1"), forwarded_for("198.51.100.7, 192.0.2.1"), forwarded_for("192.0.2.1, 127.0.0.1")},
       {200, 429, 429}},
      {"client_ip: who is not trusted says nothing",
       door("requests: 1, window: 1h, key: client_ip"),
       {forwarded_for("192.0.2.1"), forwarded_for("192.0.2.2"), "Forwarded: for=192.0.2.3\r\n",
        "X-Real-IP: 1.2.3.4\r\n"},
       {200, 429, 429, 429}},
      {"header",
       door("requests: 1, window: 1h, key: \"header:X-Key\""),
       {"X-Key: a\r\n", "X-Key: b\r\n", "x-key: a\r\n", "X-Key: A\r\n"},
       {200, 200, 429, 200}},
      {"without the header: the address",
       trusting + door("requests: 1, window: 1h, key: \"header:X-Key\""),
       {forwarded_for("192.0.2.1"), forwarded_for("192.0.2.2"), forwarded_for("192.0.2.1"),
        "X-Key: \r\n" + forwarded_for("192.0.2.2")},
       {200, 200, 429, 429}},
      {"a header that says an address is not that address",
       trusting + door("requests: 1, window: 1h, key: \"header:X-Key\""),
       {"X-Key: 192.0.2.1\r\n", forwarded_for("192.0.2.1"), "X-Key: 192.0.2.1\r\n"},
       {200, 200, 429}},
  };
  const RecordingUpstream upstream;
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(statuses(TestGateway(row.yaml + routes + route_to(upstream)), row.fields) == row.statuses);
  }
}

TEST_CASE("a route's limit knows the same keys and algorithms") {
  const RecordingUpstream upstream;
  for (const std::string algorithm : {"token_bucket", "sliding_window"}) {
    CAPTURE(algorithm);
    const TestGateway gateway(
        routes +
        route_to(upstream, "/", "algorithm: " + algorithm + ", requests: 2, window: 1h, key: \"header:X-Key\""));
    CHECK(statuses(gateway, {"X-Key: a\r\n", "X-Key: a\r\n", "X-Key: a\r\n", "X-Key: b\r\n"}) ==
          std::vector<int>{200, 200, 429, 200});
  }
}

TEST_CASE("burst is how many come through at once, whatever the rate") {
  const RecordingUpstream upstream;
  const TestGateway gateway(door("requests: 1, window: 1h, burst: 5, key: none") + routes + route_to(upstream));
  CHECK(statuses(gateway, std::vector<std::string>(7)) == std::vector<int>{200, 200, 200, 200, 200, 429, 429});
}

TEST_CASE("a bucket that was emptied fills again, though refused requests go on coming") {
  const RecordingUpstream upstream;
  for (const std::string algorithm : {"token_bucket", "sliding_window"}) {
    CAPTURE(algorithm);
    const TestGateway gateway(door("algorithm: " + algorithm + ", requests: 2, window: 1s, key: none") + routes +
                              route_to(upstream));
    Response refused;
    REQUIRE(eventually([&] { return (refused = get(gateway)).status() == 429; }));
    const int wait = std::stoi(refused.field("Retry-After"));
    CHECK(wait >= 1);
    CHECK(wait <= 2);
    CHECK(eventually([&] { return get(gateway).status() == 200; }));
  }
}

TEST_CASE("a bounded number of keys is kept, however many come") {
  const RecordingUpstream upstream;
  const TestGateway gateway(door("requests: 1, window: 1h, max_keys: 10, key: \"header:X-Key\"") + routes +
                            route_to(upstream));
  for (int i = 0; i < 50; ++i) CHECK(get(gateway, "/", "X-Key: " + std::to_string(i) + "\r\n").status() == 200);
  CHECK(json_of(gateway.admin("/status")).at("rate_limits").at(0).at("keys").text == "10");
}

}  // namespace
}  // namespace glassgate::test
