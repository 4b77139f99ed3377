// The admin side over real sockets.
#include <doctest/doctest.h>

#include <atomic>
#include <cerrno>
#include <latch>
#include <string>
#include <thread>
#include <vector>

#include "gateway/admin.h"
#include "gateway/services.h"
#include "support/failing_accept.h"
#include "support/gate.h"
#include "support/json_reader.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

Response ask_admin(const TestGateway& gateway, const std::string& request) {
  Peer client = Peer::connect_to(gateway.admin_port());
  client.send(request);
  return client.read_response(request.starts_with("HEAD "));
}

Response admin_page(const TestGateway& gateway, const std::string& path) {
  return ask_admin(gateway, "GET " + path + " HTTP/1.1\r\nHost: admin\r\n\r\n");
}

struct Road {
  RecordingUpstream upstream;
  TestGateway gateway{TestGateway::in_front_of({upstream.address()})};

  std::string front_door() {
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    return client.read_response().body;
  }
};

TEST_CASE("/healthz and /readyz say 200 while the gateway serves") {
  const Road road;
  for (const auto& [path, body] :
       {std::pair("/healthz", "{\"status\":\"ok\"}\n"), {"/readyz", "{\"status\":\"ready\"}\n"}}) {
    const Response answer = admin_page(road.gateway, path);
    CHECK(answer.status() == 200);
    CHECK(answer.body == body);
    CHECK(answer.field("Content-Type") == "application/json");
  }
}

TEST_CASE("while the gateway drains, /readyz says 503, /healthz 200, and /status shows it") {
  Gate arrived;
  Gate answer;
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_request();
    arrived.open();
    answer.wait();
    peer.send(ok("late"));
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  arrived.wait();
  std::thread stopping([&] { gateway.stop(); });
  CHECK(eventually([&] { return admin_page(gateway, "/readyz").status() == 503; }));
  CHECK(admin_page(gateway, "/readyz").body == "{\"status\":\"draining\"}\n");
  CHECK(admin_page(gateway, "/healthz").status() == 200);
  CHECK(json_of(gateway.admin("/status")).at("draining").text == "true");
  answer.open();
  CHECK(client.read_response().body == "late");
  stopping.join();
}

TEST_CASE("/status shows what has happened") {
  Road road;
  Json status = json_of(admin_page(road.gateway, "/status").body);
  CHECK(status.at("requests").text == "0");
  CHECK(status.at("draining").text == "false");
  Peer kept = road.gateway.connect();
  kept.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  REQUIRE(kept.read_response().status() == 200);
  CHECK(road.front_door() == "GET / HTTP/1.1");
  REQUIRE(eventually([&] {
    status = json_of(admin_page(road.gateway, "/status").body);
    return status.at("connections").at("open").text == "1" && status.at("connections").at("idle").text == "1";
  }));
  CHECK(status.at("requests").text == "2");
  const Json& backend = status.at("upstreams").at(0).at("backends").at(0);
  CHECK(backend.at("address").text == road.upstream.address());
  CHECK(backend.at("picks").text == "2");
  CHECK(backend.at("failures").text == "0");
  CHECK(backend.at("in_flight").text == "0");
  CHECK(std::stoi(backend.at("connections_opened").text) + std::stoi(backend.at("connections_reused").text) == 2);
}

TEST_CASE("any other path is 404, any other method 405, rubbish 400, and HEAD has no body") {
  const Road road;
  for (const char* path : {"/", "/statusx", "/status/", "/../status", "/metricsx", "/healthz/x", "/%73tatus/x"}) {
    CAPTURE(std::string(path));
    CHECK(admin_page(road.gateway, path).status() == 404);
  }
  CHECK(ask_admin(road.gateway, "POST /status HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").status() == 405);
  CHECK(ask_admin(road.gateway, "DELETE /healthz HTTP/1.1\r\nHost: h\r\n\r\n").field("Allow") == "GET, HEAD");
  CHECK(ask_admin(road.gateway, "nonsense\r\n\r\n").status() == 400);
  CHECK(ask_admin(road.gateway, "GET status HTTP/1.1\r\nHost: h\r\n\r\n").status() == 400);
  CHECK(ask_admin(road.gateway, "GET /status HTTP/1.1\r\n\r\n").status() == 400);
  CHECK(ask_admin(road.gateway, "GET /status HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n").status() == 400);
  CHECK(ask_admin(road.gateway, "GET /readyz HTTP/1.0\r\n\r\n").field("Date").ends_with(" GMT"));
  CHECK(ask_admin(road.gateway, "GET http://h/readyz?x HTTP/1.1\r\nHost: h\r\n\r\n").status() == 200);
  const Response head = ask_admin(road.gateway, "HEAD /readyz HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(head.status() == 200);
  CHECK(head.field("Content-Length") == "19");
}

TEST_CASE("a request is found by its id as it stands in a path, escaped") {
  const RecordingUpstream upstream;
  const TestGateway gateway("explain: true\n" + TestGateway::in_front_of({upstream.address()}));
  gateway.exchange("GET / HTTP/1.1\r\nHost: h\r\nX-Request-ID: a?b#c=\r\nConnection: close\r\n\r\n");
  CHECK(eventually([&] { return admin_page(gateway, "/explain/a%3Fb%23c=").status() == 200; }));
  CHECK(admin_page(gateway, "/explain/a?b").status() == 404);
  CHECK(admin_page(gateway, "/explain/a%3Fb%2").status() == 404);
}

TEST_CASE("nothing that a client sends comes back") {
  const Road road;
  const std::string mark = "M4rk";
  for (const std::string name : {"Host", "X-Request-ID", "Cookie", "Origin", "Referer", "User-Agent", "Accept",
                                 "Accept-Encoding", "Range", "If-None-Match", "Connection", "Upgrade", "Via",
                                 "X-Forwarded-For", "Access-Control-Request-Headers", "Content-Type", "Expect"}) {
    for (const std::string& value : {mark, "%0d%0a" + mark + ": 1", "bytes=0-3," + mark, "\"><script>" + mark}) {
      CAPTURE(name + ": " + value);
      Peer client = Peer::connect_to(road.gateway.admin_port());
      const std::string host = name == "Host" ? "" : "Host: h\r\n";
      client.send("GET /readyz HTTP/1.1\r\n" + host + name + ": " + value + "\r\nConnection: close\r\n\r\n");
      const std::string answer = client.read_to_end();
      CHECK(first_line(answer) == "HTTP/1.1 200 OK");
      CHECK(answer.find(mark) == std::string::npos);
    }
  }
  for (const std::string& start : {"GET /" + mark + " HTTP/1.1", "GET /readyz?" + mark + " HTTP/1.1",
                                   mark + " / HTTP/1.1", "GET /readyz " + mark, mark}) {
    CAPTURE(start);
    Peer client = Peer::connect_to(road.gateway.admin_port());
    client.send(start + "\r\nHost: h\r\nConnection: close\r\n\r\n");
    const std::string answer = client.read_to_end();
    CHECK(answer.starts_with("HTTP/1.1 "));
    CHECK(answer.find(mark) == std::string::npos);
  }
}

TEST_CASE("what clients sent to the front door is not shown either") {
  const Road road;
  road.gateway.exchange(
      "GET /M4rk?M4rk HTTP/1.1\r\nHost: M4rk\r\nX-Request-ID: M4rk\r\nM4rk: M4rk\r\nConnection: close\r\n\r\n");
  for (const char* path : {"/status", "/readyz", "/healthz"}) {
    CHECK(admin_page(road.gateway, path).body.find("M4rk") == std::string::npos);
  }
}

TEST_CASE("clients that do not end what they began on the admin side do not hinder the front door") {
  Road road;
  std::vector<Peer> slow;
  for (int i = 0; i < 20; ++i) {
    slow.push_back(Peer::connect_to(road.gateway.admin_port()));
    slow.back().send("GET /status HTTP/1.1\r\nX: ");
  }
  for (int i = 0; i < 50; ++i) CHECK(road.front_door() == "GET / HTTP/1.1");
}

TEST_CASE("the slowest clients give way to newcomers, so the admin side goes on answering (I1)") {
  const Road road;
  std::vector<Peer> slow;
  for (size_t i = 0; i < 3 * Admin::threads; ++i) {
    slow.push_back(Peer::connect_to(road.gateway.admin_port()));
    slow.back().send("GET /status HTTP/1.1\r\nX: ");
    if (i % 8 == 0) CHECK(admin_page(road.gateway, "/healthz").status() == 200);
  }
  for (int i = 0; i < 50; ++i) CHECK(admin_page(road.gateway, "/healthz").status() == 200);
}

TEST_CASE("clients that have their answer and stay give way to newcomers, too (I1)") {
  const Road road;
  std::vector<Peer> answered;
  for (size_t i = 0; i < 3 * Admin::threads; ++i) {
    answered.push_back(Peer::connect_to(road.gateway.admin_port()));
    answered.back().send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(answered.back().read_response().status() == 200);
  }
}

TEST_CASE("a head of any kind up to the limit is answered, a larger one is not, and the gateway goes on") {
  Road road;
  std::string ranges = "bytes=0-0";
  for (int i = 0; i < 1900; ++i) ranges += ",0-0";
  for (const std::string& field :
       {"Range: " + ranges, std::string("Range: bytes=0-0"), "Cookie: " + std::string(7000, 'a')}) {
    CAPTURE(field.size());
    const Response answer = ask_admin(road.gateway, "GET /healthz HTTP/1.1\r\nHost: h\r\n" + field + "\r\n\r\n");
    CHECK(answer.status() == 200);
    CHECK(answer.body == "{\"status\":\"ok\"}\n");
  }
  Peer large = Peer::connect_to(road.gateway.admin_port());
  large.send("GET /healthz HTTP/1.1\r\nX: " + std::string(20000, 'a') + "\r\n\r\n");
  CHECK(large.read_to_end().empty());
  CHECK(road.front_door() == "GET / HTTP/1.1");
}

TEST_CASE("clients that send a byte now and then do not keep the gateway from stopping (I2)") {
  Road road;
  std::atomic<bool> stopped{false};
  std::vector<Peer> slow;
  for (int i = 0; i < 6; ++i) {
    slow.push_back(Peer::connect_to(road.gateway.admin_port()));
    slow.back().send("GET /status HTTP/1.1\r\nX: ");
  }
  CHECK(road.front_door() == "GET / HTTP/1.1");
  std::thread trickle([&] {
    while (!stopped) {
      for (Peer& peer : slow) peer.send("x");
      eventually([&, until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20)] {
        return stopped || std::chrono::steady_clock::now() > until;
      });
    }
  });
  road.gateway.stop(true);
  stopped = true;
  trickle.join();
  for (Peer& peer : slow) CHECK(peer.ends());
}

// A clock that keeps whoever wants to write a date.
struct HeldClock final : Clock {
  TimePoint now() const override { return std::chrono::steady_clock::now(); }
  WallTime wall() const override {
    asked.open();
    let_go.wait();
    return {};
  }
  mutable Gate asked;
  mutable std::latch let_go{1};
};

TEST_CASE("stop() ends the connections of those who are still being served (I2)") {
  const SystemClock usual;
  Log log(usual);
  const HeldClock clock;
  Services services(clock, log);
  const WorkerPool workers(1);
  Admin admin({services, workers, {}});
  REQUIRE(admin.start({"127.0.0.1", 0}).empty());
  Peer client = Peer::connect_to(admin.port());
  client.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  clock.asked.wait();
  std::thread stopping([&] { admin.stop(); });
  CHECK(eventually([&] { return client.has_other_side_ended(); }));  // while its answer is not there yet
  clock.let_go.count_down();
  stopping.join();
  CHECK(client.read_to_end().empty());
}

// The library gives up on most errors of accept().
TEST_CASE("the admin side outlives errors of accept()") {
  const Road road;
  for (const int error : {ECONNABORTED, ENOBUFS, EPROTO}) {
    CAPTURE(error);
    fail_next_accepts(error, 1, "admin");
    const auto answers_again = [&] {
      try {
        return admin_page(road.gateway, "/healthz").status() == 200 && accept_failures_left() == 0;
      } catch (const std::runtime_error&) {
        return false;  // nobody listens in the moment between two sockets
      }
    };
    CHECK(eventually(answers_again));
  }
}

TEST_CASE("two gateways cannot share an admin port, and the second one says why") {
  const Road road;
  const std::string taken = "127.0.0.1:" + std::to_string(road.gateway.admin_port());
  ConfigResult config = parse_config("listen: 127.0.0.1:0\nadmin: " + taken +
                                     "\nroutes: [{path: /, backends: [b:1]}]\n");
  REQUIRE(config.config);
  const SystemClock clock;
  Gateway second(clock, config.config);
  CHECK(second.start() == "cannot listen on " + taken + ": Address already in use");
}

}  // namespace
}  // namespace glassgate::test
