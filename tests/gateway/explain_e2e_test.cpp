// explain: true, through real sockets: the Server-Timing field, and the accounts on the admin side.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/strings.h"
#include "support/json_reader.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

struct Metric {
  std::string name;
  double duration = -1;
  std::string description;
};

// A Server-Timing field, strictly: name;dur=NUMBER;desc="TEXT", with ", " between them. Empty: it is none.
std::vector<Metric> server_timing(std::string_view value) {
  std::vector<Metric> metrics;
  while (!value.empty()) {
    Metric metric;
    metric.name = take_until(value, ';');
    if (!value.starts_with("dur=")) return {};
    const std::string number(take_until(value, ';').substr(4));
    if (number.empty() || number.find_first_not_of("0123456789.") != std::string::npos) return {};
    metric.duration = std::stod(number);
    if (!value.starts_with("desc=\"")) return {};
    value.remove_prefix(6);
    metric.description = take_until(value, '"');
    if (!value.empty() && !value.starts_with(", ")) return {};
    if (!value.empty()) value.remove_prefix(2);
    metrics.push_back(metric);
  }
  return metrics;
}

std::vector<std::string> stages_of(const Response& answer) {
  std::vector<std::string> names;
  for (const Metric& metric : server_timing(answer.field("Server-Timing"))) names.push_back(metric.name);
  return names;
}

using Stages = std::vector<std::string>;

// When it returns, the gateway has done with the request: the end of the connection is what comes after that.
Response answer_to(const TestGateway& gateway, const std::string& request) {
  Peer client = gateway.connect();
  client.send(request);
  Response answer = client.read_response();
  client.shutdown_write();
  CHECK(client.ends());
  return answer;
}

Response fetch(const TestGateway& gateway, const std::string& path, const std::string& fields = "") {
  return answer_to(gateway, "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
}

Response admin(const TestGateway& gateway, const std::string& path, const std::string& fields = "") {
  Peer client = Peer::connect_to(gateway.admin_port());
  client.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  return client.read_response();
}

// An account is kept a moment after its answer was sent.
Json account(const TestGateway& gateway, const std::string& id) {
  REQUIRE(eventually([&] { return admin(gateway, "/explain/" + id).status() == 200; }));
  return json_of(admin(gateway, "/explain/" + id).body);
}

const Json& step(const Json& account, const std::string& stage) {
  for (const Json& each : account.at("steps").items) {
    if (each.at("stage").text == stage) return each;
  }
  throw std::runtime_error("no step " + stage);
}

// An account a line; the reader wants one line.
Json list_of(std::string body) {
  std::erase(body, '\n');
  return json_of(body);
}

TEST_CASE("off, there is no Server-Timing, /explain is empty, and nobody is found") {
  const RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  const Response answer = fetch(gateway, "/", "X-Request-ID: one\r\n");
  CHECK(answer.status() == 200);
  CHECK(answer.count("Server-Timing") == 0);
  gateway.wait_for_access_lines(1);
  CHECK(admin(gateway, "/explain").body == "[]\n");
  CHECK(admin(gateway, "/explain").field("Content-Type") == "application/json");
  CHECK(admin(gateway, "/explain?text").body == "\n");
  const Response missing = admin(gateway, "/explain/one");
  CHECK(missing.status() == 404);
  CHECK(json_of(missing.body).has("error"));
}

TEST_CASE("on, every stage up to the first byte is named, with the time that it took, in order") {
  const RecordingUpstream upstream;
  const TestGateway gateway("explain: true\n" + TestGateway::in_front_of({upstream.address()}));
  const Response answer = fetch(gateway, "/x", "X-Request-ID: one\r\n");
  CHECK(answer.count("Server-Timing") == 1);
  CHECK(stages_of(answer) == Stages{"router", "health", "circuit", "balancer", "connect", "first_byte"});
  const auto metrics = server_timing(answer.field("Server-Timing"));
  CHECK(metrics[0].description == "/");
  CHECK(metrics[3].description == upstream.address());
  CHECK(metrics[4].description == "opened");
  CHECK(metrics[5].description == "200");
  const Json json = account(gateway, "one");
  CHECK(json.at("method").text == "GET");
  CHECK(json.at("path").text == "/x");
  CHECK(json.at("status").text == "200");
  CHECK(json.at("error").text.empty());
  CHECK(json.at("steps").items.size() == 7);
  CHECK(step(json, "router").at("why").text == "/: wins; 0 with other paths");
  CHECK(step(json, "health").at("why").text == "out: none");
  CHECK(step(json, "balancer").at("why").text.find("round_robin among: " + upstream.address()) == 0);
  CHECK(step(json, "answer").at("decision").text == "200");
}

TEST_CASE("the second request on a kept connection says so") {
  const RecordingUpstream upstream;
  const TestGateway gateway("explain: true\n" + TestGateway::in_front_of({upstream.address()}));
  REQUIRE(fetch(gateway, "/").status() == 200);
  REQUIRE(eventually([&] { return json_field(gateway.admin("/status"), "idle_connections") == "1"; }));
  const auto metrics = server_timing(fetch(gateway, "/").field("Server-Timing"));
  REQUIRE(metrics.size() == 6);
  CHECK(metrics[4].description == "reused");
}

TEST_CASE("answers that the gateway gives by itself are explained up to where they ended") {
  const RecordingUpstream upstream;
  const std::string dead = "127.0.0.1:" + std::to_string(unused_port());
  const TestGateway gateway("explain: true\nupstreams:\n  dead:\n    backends: [\"" + dead +
                            "\"]\n    retries: 0\n    circuit_breaker: {max_failures: 1, open_for: 1h}\n"
                            "routes:\n  - {path: /dead, upstream: dead}\n"
                            "  - {path: /get, methods: [GET], upstream: dead}\n"
                            "  - path: /limited\n    backends: [\"" +
                            upstream.address() + "\"]\n    rate_limit: {requests: 1, window: 1h, key: none}\n");
  struct Row {
    std::string request;
    int status;
    Stages stages;
  };
  const std::vector<Row> rows{
      {"GET /nowhere HTTP/1.1\r\nHost: h\r\n", 404, {"router"}},
      {"POST /get HTTP/1.1\r\nHost: h\r\n", 405, {"router"}},
      {"GET /dead HTTP/1.1\r\nHost: h\r\n", 502, {"router", "health", "circuit", "balancer"}},
      {"GET /dead HTTP/1.1\r\nHost: h\r\n", 503, {"router", "health"}},
      {"GET /limited HTTP/1.1\r\nHost: h\r\n",
       200,
       {"router", "route_limit", "health", "circuit", "balancer", "connect", "first_byte"}},
      {"GET /limited HTTP/1.1\r\nHost: h\r\n", 429, {"router", "route_limit"}},
  };
  for (size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(rows[i].request);
    const std::string id = "row-" + std::to_string(i);
    const Response answer = answer_to(gateway, rows[i].request + "X-Request-ID: " + id + "\r\n\r\n");
    CHECK(answer.status() == rows[i].status);
    CHECK(stages_of(answer) == rows[i].stages);
    const Json json = account(gateway, id);
    CHECK(json.at("status").text == std::to_string(rows[i].status));
    CHECK(json.at("error").text.empty() == (rows[i].status == 200));
    CHECK(json.at("steps").items.back().at("stage").text == "answer");
  }
  CHECK(step(account(gateway, "row-5"), "route_limit").at("decision").text == "refused");
}

TEST_CASE("a refusal at the door is a stage; a malformed request, which came to none, has an account and no field") {
  const TestGateway gateway("explain: true\nrate_limit: {requests: 1, window: 1h, key: none}\n" +
                            TestGateway::in_front_of({"127.0.0.1:1"}));
  CHECK(stages_of(fetch(gateway, "/")).front() == "door_limit");
  const Response refused = fetch(gateway, "/", "X-Request-ID: refused\r\n");
  CHECK(refused.status() == 429);
  CHECK(stages_of(refused) == Stages{"door_limit"});
  CHECK(step(account(gateway, "refused"), "door_limit").at("why").text == "gateway: 0 left");
  const Response malformed = answer_to(gateway, "GET / HTTP/1.1\r\nX-Request-ID: malformed\r\n\r\n");
  CHECK(malformed.status() == 400);
  CHECK(malformed.count("Server-Timing") == 0);
  CHECK(account(gateway, "malformed").at("status").text == "400");
}

TEST_CASE("where a backend is left for another one, both attempts are in the account") {
  const std::string dead = "127.0.0.1:" + std::to_string(unused_port());
  const RecordingUpstream upstream;
  const TestGateway gateway("explain: true\n" + TestGateway::in_front_of({dead, upstream.address()}));
  const Response answer = fetch(gateway, "/");
  CHECK(answer.status() == 200);
  CHECK(stages_of(answer) ==
        Stages{"router", "health", "circuit", "balancer", "retry", "circuit", "balancer", "connect", "first_byte"});
}

TEST_CASE("/explain is the list of all, newest first, and of more than 256 the last") {
  const RecordingUpstream upstream;
  const TestGateway gateway("explain: true\n" + TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  const size_t n = 260;
  for (size_t i = 0; i < n; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Request-ID: id-" + std::to_string(i) + "\r\n\r\n");
    REQUIRE(client.read_response().status() == 200);
  }
  account(gateway, "id-259");
  const Json list = list_of(admin(gateway, "/explain").body);
  REQUIRE(list.items.size() == 256);
  for (size_t i = 0; i < 256; ++i) REQUIRE(list.at(i).at("trace_id").text == "id-" + std::to_string(n - 1 - i));
  CHECK(admin(gateway, "/explain/id-3").status() == 404);
  CHECK(admin(gateway, "/explain/id-4").status() == 200);
}

TEST_CASE("as text for who asks for it: a table of printable bytes, whatever clients send") {
  const RecordingUpstream upstream;
  const TestGateway gateway(
      "explain: true\nupstreams:\n  u:\n    balancer: consistent_hash\n    hash_on: header:X-Key\n    backends: [\"" +
      upstream.address() + "\"]\nrate_limit: {requests: 100, window: 1s, key: header:X-Key}\n" +
      "routes: [{path: /, upstream: u}]\n");
  const std::string hostile = "\x9b\xc2\x9b\xff[2J";
  fetch(gateway, "/%1b[2J%9b?\"<>\\", "X-Request-ID: \"id%1b\\\r\nX-Key: " + hostile + "\r\n");
  answer_to(gateway, "WH~`!AT / HTTP/1.1\r\nHost: h\r\nX-Key: " + hostile + "\r\n\r\n");
  answer_to(gateway, "GET /\x1b[2J\x9b HTTP/1.1\r\nHost: h\r\nX-Request-ID: \x1b]0;x\r\n\r\n");
  answer_to(gateway, "\x1b[2J / HTTP/1.1\r\nHost: h\r\n\r\n");
  fetch(gateway, "/", "X-Request-ID: last\r\n");
  account(gateway, "last");
  for (const auto& [path, fields] : {std::pair("/explain?text", ""), {"/explain", "Accept: text/plain\r\n"}}) {
    const Response text = admin(gateway, path, fields);
    CHECK(text.field("Content-Type") == "text/plain; charset=utf-8");
    CHECK(text.body.starts_with("GET / -> 200 in "));
    size_t wrong = 0;
    for (const char c : text.body) wrong += c != '\n' && (c < ' ' || c > '~') ? 1 : 0;
    CHECK(wrong == 0);
  }
  const std::string one = admin(gateway, "/explain/last?text").body;
  CHECK(one.find("  balancer ") != std::string::npos);
  CHECK(std::count(one.begin(), one.end(), '\n') == 9);
  CHECK(list_of(admin(gateway, "/explain", "Accept: application/json\r\n").body).items.size() == 5);
}

TEST_CASE("nothing that a client sends is in Server-Timing") {
  const RecordingUpstream upstream;
  const TestGateway gateway(
      "explain: true\nupstreams:\n  u:\n    balancer: consistent_hash\n    hash_on: path\n"
      "    backends: [\"" +
      upstream.address() +
      "\"]\nrate_limit: {requests: 100, window: 1s, key: header:M4rk}\n"
      "routes:\n  - {path: /, upstream: u}\n  - {path: /x, headers: {M4: \"*\"}, upstream: u}\n");
  const Response answer = answer_to(gateway,
                                    "GET /x/M4rk?M4rk=M4rk HTTP/1.1\r\nHost: M4rk.example\r\nX-Request-ID: M4rk\r\n"
                                    "M4rk: M4rk\r\nM4: M4rk\r\nCookie: M4rk\r\nServer-Timing: M4rk\r\n\r\n");
  CHECK(answer.status() == 200);
  REQUIRE(answer.count("Server-Timing") == 1);
  CHECK(answer.field("Server-Timing").find("M4rk") == std::string::npos);
  CHECK(stages_of(answer).size() == 7);
}

TEST_CASE("a backend's own Server-Timing stays, beside the gateway's") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("", "Server-Timing: db;dur=53\r\n")));
  const TestGateway gateway("explain: true\n" + TestGateway::in_front_of({upstream.address()}));
  const Response answer = fetch(gateway, "/");
  CHECK(answer.count("Server-Timing") == 2);
  CHECK(answer.head.find("Server-Timing: db;dur=53\r\n") != std::string::npos);
}

TEST_CASE("an upgrade is answered with Server-Timing, as any other request") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    peer.read_to_end();
  });
  const TestGateway gateway("explain: true\nrate_limit: {requests: 5, window: 1s}\n" +
                            TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
  const Response answer{client.read_head(), "", "", true};
  CHECK(answer.status() == 101);
  CHECK(stages_of(answer).size() == 7);
  CHECK(answer.count("RateLimit") == 1);
}

TEST_CASE("an account keeps the beginning of what clients and configurations may make long") {
  const RecordingUpstream upstream;
  std::string routes = "upstreams: {u: {backends: [\"" + upstream.address() + "\"]}}\nroutes:\n";
  for (int i = 0; i < 1000; ++i) {
    routes += "  - {path: /, headers: {X-Number: \"" + std::to_string(i) + "\"}, upstream: u}\n";
  }
  const TestGateway gateway("explain: true\n" + routes + "  - {path: /, upstream: u}\n");
  CHECK(fetch(gateway, "/" + std::string(50'000, 'a'), "X-Request-ID: long\r\n").status() == 200);
  const Json kept = account(gateway, "long");
  CHECK(kept.at("path").text == "/" + std::string(1023, 'a'));
  CHECK(kept.at("steps").at(0).at("why").text.size() < 1200);
  CHECK(kept.at("steps").at(0).at("why").text.ends_with(" more"));
}

}  // namespace
}  // namespace glassgate::test
