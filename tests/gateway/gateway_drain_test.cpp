// SIGTERM and SIGINT, with the real program: what is in flight finishes, nothing new begins, and the exit code is 0.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "support/gate.h"
#include "support/gateway_process.h"
#include "support/net.h"
#include "support/scripted_upstream.h"
#include "support/watched_file.h"

namespace glassgate {
namespace {

using test::eventually;
using test::GatewayProcess;
using test::json_field;
using test::Peer;
using test::refuses_connections;
using test::Response;
using test::ScriptedUpstream;
using test::TestGateway;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string patient = "drain_timeout: 1h";

// Answers half of what it promised, and the rest when it is told to. A request for /whole is answered at once.
class HeldBackend {
 public:
  std::string address() const { return upstream_.address(); }
  void wait_for_requests(size_t n) { upstream_.wait_for_notes(n); }
  void go_on() { go_on_.open(); }

 private:
  void script(Peer& peer) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      if (request.starts_with("GET /whole ")) {
        peer.send(test::ok("whole"));
        continue;
      }
      const bool streams = request.starts_with("GET /streams ");
      if (streams) peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + test::chunk("first half, "));
      upstream_.note("asked");
      go_on_.wait();
      peer.send(streams ? test::chunk("second half") + std::string(test::last_chunk) : test::ok("hello"));
    }
  }
  test::Gate go_on_;
  ScriptedUpstream upstream_{[this](Peer& peer, int) { script(peer); }};
};

std::string requests_cut(const GatewayProcess& gateway) {
  return json_field(gateway.wait_for_log_lines("\"event\":\"stopped\"").front(), "requests_cut");
}

TEST_CASE("SIGTERM and SIGINT let requests in flight finish, and nothing new begin (I1)") {
  for (const int signal : {SIGTERM, SIGINT}) {
    CAPTURE(signal);
    HeldBackend backend;
    GatewayProcess gateway(TestGateway::in_front_of({backend.address()}, patient));
    CHECK(gateway.admin("/readyz").find("ready") != std::string::npos);
    Peer waiting = gateway.connect();
    waiting.send(get);
    Peer streaming = gateway.connect();
    streaming.send("GET /streams HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(streaming.read_until("first half, ").ends_with("first half, "));
    Peer idle = gateway.connect();
    idle.send("GET /whole HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(idle.read_response().body == "whole");
    Peer fresh = gateway.connect();
    backend.wait_for_requests(2);
    REQUIRE(eventually([&] { return gateway.admin("/status").find("\"open\":4") != std::string::npos; }));

    gateway.process().signal(signal);
    CHECK(idle.read_to_end().empty());  // closed at once, in good order
    CHECK_FALSE(idle.is_reset());
    CHECK(fresh.read_to_end().empty());
    CHECK_FALSE(fresh.is_reset());
    CHECK(eventually([&] { return gateway.admin("/readyz") == "STATUS 503"; }));
    CHECK(gateway.admin("/healthz").find("ok") != std::string::npos);
    CHECK(gateway.admin("/status").find("\"draining\":true") != std::string::npos);
    CHECK(eventually([&] { return refuses_connections(gateway.port()); }));
    CHECK_FALSE(gateway.process().has_ended());

    backend.go_on();
    const Response answer = waiting.read_response();
    CHECK(answer.body == "hello");
    CHECK(answer.field("Connection") == "close");
    CHECK(waiting.read_to_end().empty());
    CHECK_FALSE(waiting.is_reset());
    CHECK(streaming.read_to_end() == "\r\n" + test::chunk("second half") + std::string(test::last_chunk));
    CHECK_FALSE(streaming.is_reset());
    CHECK(gateway.process().wait() == 0);
    CHECK(requests_cut(gateway) == "0");
    CHECK(gateway.log_lines("\"event\":\"draining\"").size() == 1);
    CHECK(gateway.log_lines("\"event\":\"access\"").size() == 3);
  }
}

TEST_CASE("a request whose head is still arriving when the drain begins is served to its end") {
  HeldBackend backend;
  backend.go_on();
  GatewayProcess gateway(TestGateway::in_front_of({backend.address()}, patient));
  Peer client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHo");
  REQUIRE(eventually([&] { return gateway.admin("/status").find("\"open\":1,\"idle\":0") != std::string::npos; }));
  gateway.process().signal(SIGTERM);
  REQUIRE(eventually([&] { return refuses_connections(gateway.port()); }));
  client.send("st: a\r\nContent-Length: 4\r\n\r\nbo");
  client.send("dy");
  const Response answer = client.read_response();
  CHECK(answer.body == "hello");
  CHECK(answer.field("Connection") == "close");
  CHECK(gateway.process().wait() == 0);
}

TEST_CASE("a gateway without work stops at once, however long it may drain") {
  for (const int signal : {SIGTERM, SIGINT}) {
    CAPTURE(signal);
    GatewayProcess gateway(TestGateway::in_front_of({"127.0.0.1:1"}, patient));
    gateway.process().signal(signal);
    CHECK(gateway.process().wait() == 0);
    CHECK(requests_cut(gateway) == "0");
  }
}

TEST_CASE("SIGHUP opens the log again under its name, also while draining") {
  HeldBackend backend;
  GatewayProcess gateway(TestGateway::in_front_of({backend.address()}, patient));
  const std::string moved = gateway.log_path() + ".1";
  Peer client = gateway.connect();
  client.send("GET /whole HTTP/1.1\r\nHost: a\r\n\r\n");
  client.read_response();
  gateway.wait_for_log_lines("\"path\":\"/whole\"");
  REQUIRE(std::rename(gateway.log_path().c_str(), moved.c_str()) == 0);
  gateway.process().signal(SIGHUP);
  CHECK(eventually([&] {
    client.send("GET /whole HTTP/1.1\r\nHost: a\r\n\r\n");
    client.read_response();
    return !gateway.log_lines("\"path\":\"/whole\"").empty();
  }));

  client.send(get);
  backend.wait_for_requests(1);
  gateway.process().signal(SIGTERM);
  gateway.wait_for_log_lines("\"event\":\"draining\"");
  REQUIRE(std::rename(gateway.log_path().c_str(), moved.c_str()) == 0);
  gateway.process().signal(SIGHUP);
  CHECK(eventually([&] { return std::rename(gateway.log_path().c_str(), moved.c_str()) == 0; }));
  CHECK_FALSE(gateway.process().has_ended());  // it is no second signal to stop
  backend.go_on();
  CHECK(client.read_response().body == "hello");
  CHECK(gateway.process().wait() == 0);
  std::remove(moved.c_str());
}

TEST_CASE("a gateway that is draining reads its file no more, not even when it is told to") {
  HeldBackend backend;
  GatewayProcess gateway("reload_interval: 0\n" + TestGateway::in_front_of({backend.address()}, patient));
  const std::string moved = gateway.log_path() + ".1";
  Peer client = gateway.connect();
  client.send(get);
  backend.wait_for_requests(1);
  gateway.process().signal(SIGTERM);
  gateway.wait_for_log_lines("\"event\":\"draining\"");
  test::ReadsOf reads(gateway.config_path());
  REQUIRE(std::rename(gateway.log_path().c_str(), moved.c_str()) == 0);
  gateway.process().signal(SIGHUP);
  CHECK(eventually([&] { return std::rename(gateway.log_path().c_str(), moved.c_str()) == 0; }));  // it was told
  for (int i = 0; i < 50; ++i) CHECK(gateway.admin("/readyz") == "STATUS 503");
  CHECK(reads.so_far() == 0);
  backend.go_on();
  CHECK(client.read_response().body == "hello");
  CHECK(gateway.process().wait() == 0);
  std::remove(moved.c_str());
}

}  // namespace
}  // namespace glassgate
