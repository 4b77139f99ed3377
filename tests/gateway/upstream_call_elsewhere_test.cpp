// When one backend fails, which requests another one may be asked, and which not.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/fleet.h"
#include "support/gate.h"
#include "support/listening.h"
#include "support/recording_upstream.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string host = " / HTTP/1.1\r\nHost: a\r\n";
const std::string with_body = "Content-Length: 5\r\n\r\nhello";
const std::string in_chunks = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n";

std::string behind_fields(const std::string& request) {
  return request.substr(request.find("\r\n\r\n"));
}

// The backend at `first`, and one behind it that answers.
struct Pair {
  explicit Pair(const std::string& first, const std::string& settings = "retries: 1")
      : gateway(fleet_of({first, second.address()}, settings)) {}

  Response answer_to(const std::string& request) const {
    Peer client = gateway.connect();
    client.send(request);
    return client.read_response();
  }
  // "status error attempts", of the first request.
  std::string logged() const {
    const std::string line = gateway.wait_for_access_lines(1).at(0);
    return json_field(line, "status") + " " + json_field(line, "error") + " " + json_field(line, "attempts");
  }

  RecordingUpstream second;
  TestGateway gateway;
};

TEST_CASE("a backend that was not reached took nothing, so any request goes elsewhere, whole (I4)") {
  const Silent silent;
  const std::string nobody = "127.0.0.1:" + std::to_string(unused_port());
  for (const std::string& first : {nobody, silent.text()}) {
    for (const std::string method : {"GET", "POST", "PATCH", "CUSTOM"}) {
      for (const std::string& rest : {std::string("\r\n"), with_body, in_chunks}) {
        CAPTURE(first);
        CAPTURE(method + host + rest);
        const Pair pair(first, "retries: 1, connect_timeout: 50ms");
        CHECK(pair.answer_to(method + host + rest).body == method + " / HTTP/1.1");
        CHECK(behind_fields(pair.second.request(0)) == behind_fields(host + rest));
        CHECK(pair.logged() == "200 - 2");
      }
    }
  }
}

TEST_CASE("a body that is still to come goes elsewhere with its request when the backend was not reached (I4)") {
  const Pair pair("127.0.0.1:" + std::to_string(unused_port()));
  Peer client = pair.gateway.connect();
  client.send("POST" + host + "Content-Length: 10\r\n\r\n12345");
  REQUIRE(eventually([&] { return pair.second.connections() == 1; }));
  client.send("67890");
  CHECK(client.read_response().status() == 200);
  CHECK(behind_fields(pair.second.request(0)) == "\r\n\r\n1234567890");
}

using Act = void (*)(Peer&);
void close_it(Peer& peer) {
  peer.close();
}
void reset_it(Peer& peer) {
  peer.reset();
}

TEST_CASE("a request that may be repeated goes elsewhere when the connection ended without a byte of answer (I4)") {
  for (const Act end : {close_it, reset_it}) {
    for (const std::string& request :
         {"GET" + host + "\r\n", "DELETE" + host + "\r\n", "PUT" + host + with_body, "PUT" + host + in_chunks}) {
      CAPTURE(request);
      ScriptedUpstream first([end](Peer& peer, int) {
        peer.read_request();
        end(peer);
      });
      const Pair pair(first.address());
      CHECK(pair.answer_to(request).status() == 200);
      CHECK(behind_fields(pair.second.request(0)) == behind_fields(request));
      CHECK(first.connections() == 1);
      CHECK(pair.logged() == "200 - 2");
    }
  }
}

TEST_CASE("a request that may have had an effect goes nowhere else (I4)") {
  for (const Act end : {close_it, reset_it}) {
    for (const std::string method : {"POST", "PATCH", "CUSTOM", "get"}) {
      for (const std::string& rest : {std::string("\r\n"), with_body, in_chunks}) {
        CAPTURE(method + host + rest);
        ScriptedUpstream first([end](Peer& peer, int) {
          peer.read_request();
          end(peer);
        });
        const Pair pair(first.address());
        CHECK(pair.answer_to(method + host + rest).status() == 502);
        CHECK(pair.second.connections() == 0);
        CHECK(pair.logged() == "502 backend_closed 1");
      }
    }
  }
}

TEST_CASE("once the backend has said a byte, or had its time, nobody else is asked (I4)") {
  const struct {
    std::string says;
    bool closes;
    std::string logged;
  } rows[] = {{"H", true, "502 backend_closed 1"},
              {"HTTP/1.1 200 OK\r\n", true, "502 backend_closed 1"},
              {"HTTP/1.1 103 Early Hints\r\n\r\n", true, "502 backend_closed 1"},
              {"HTTP/1.1 100 Continue\r\n\r\n", true, "502 backend_closed 1"},
              {"nonsense\r\n\r\n", true, "502 backend_malformed 1"},
              {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", true, "200 response_cut 1"},
              {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", true, "200 response_cut 1"},
              {"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", true, "503 - 1"},
              {"", false, "504 backend_timeout 1"},
              {"HTTP/1.1 200", false, "504 backend_timeout 1"}};
  for (const auto& row : rows) {
    CAPTURE(row.says);
    ScriptedUpstream first([&row](Peer& peer, int) {
      peer.read_request();
      peer.send(row.says);
      if (!row.closes) peer.ends();
    });
    const Pair pair(first.address(), "retries: 1, response_timeout: 200ms");
    pair.answer_to("GET" + host + "Connection: close\r\n\r\n");
    CHECK(pair.logged() == row.logged);
    CHECK(pair.second.connections() == 0);
  }
}

TEST_CASE("a request whose body has moved on goes nowhere else (I4)") {
  ScriptedUpstream first([&](Peer& peer, int) {
    peer.read_head();
    first.note(peer.read_exactly(5));
    peer.read_exactly(5);
  });
  const Pair pair(first.address());
  Peer client = pair.gateway.connect();
  client.send("PUT" + host + "Content-Length: 10\r\n\r\n12345");
  first.wait_for_notes(1);
  client.send("67890");
  CHECK(client.read_response().status() == 502);
  CHECK(pair.second.connections() == 0);
  CHECK(pair.logged() == "502 backend_closed 1");
}

TEST_CASE("a body that is wrong from its beginning is no backend's business: none is picked, and no attempt counted") {
  const struct {
    std::string rest;
    std::string logged;
  } rows[] = {{"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n", "400 malformed_body 0 -"},
              {"Transfer-Encoding: chunked\r\n\r\n7\r\n1234567\r\n", "413 body_too_large 0 -"}};
  for (const auto& row : rows) {
    CAPTURE(row.logged);
    const RecordingUpstream first;
    const RecordingUpstream second;
    const TestGateway gateway("server: {max_body_bytes: 6}\n" +
                              fleet_of({first.address(), second.address()}, "retries: 1"));
    gateway.exchange("PUT" + host + row.rest);
    const std::string line = gateway.wait_for_access_lines(1).at(0);
    CHECK(json_field(line, "status") + " " + json_field(line, "error") + " " + json_field(line, "attempts") + " " +
              json_field(line, "backend") ==
          row.logged);
    CHECK(json_of(gateway.admin("/status")).at("upstreams").at(0).at("retries").text == "0");
    for (const size_t index : {size_t{0}, size_t{1}}) CHECK(backend_in_status(gateway, index).at("picks").text == "0");
    CHECK(first.connections() + second.connections() == 0);
  }
}

TEST_CASE("a reused connection that died is first replaced by a fresh one to the same backend, then another is asked") {
  ScriptedUpstream first([](Peer& peer, int number) {
    peer.read_request();
    if (number > 0) return;
    peer.send(ok("first"));
    peer.read_request();
  });
  const Pair pair(first.address(), "retries: 1, balancer: consistent_hash, hash_on: \"header:K\"");
  // The ring decides who is asked first: look for a key of the first backend's.
  std::string key;
  size_t asked = 0;
  while (first.connections() == 0) {
    REQUIRE(asked < 1000);
    key = "K: " + std::to_string(asked++) + "\r\n";
    CHECK(get(pair.gateway, "/", key).status() == 200);
  }
  REQUIRE(eventually([&] { return backend_in_status(pair.gateway, 0).at("idle_connections").text == "1"; }));
  CHECK(get(pair.gateway, "/", key).body == "GET / HTTP/1.1");
  CHECK(first.connections() == 2);
  CHECK(json_field(pair.gateway.wait_for_access_lines(asked + 1).back(), "attempts") == "2");
}

TEST_CASE("a retry of what a dying pooled connection took is paid for, also where nobody is reached there any more") {
  ScriptedUpstream dying([&](Peer& peer, int) {
    peer.read_request();
    peer.send(ok("alive"));
    peer.read_request();
    dying.note("asked again");
    peer.ends();
  });
  const Pair pair(dying.address());
  CHECK(pair.answer_to("GET" + host + "\r\n").body == "alive");
  REQUIRE(status_becomes(pair.gateway, "idle_connections", "1"));
  CHECK(pair.answer_to("GET" + host + "\r\n").status() == 200);  // the other one's turn
  Peer client = pair.gateway.connect();
  client.send("GET" + host + "\r\n");
  dying.wait_for_notes(1);
  dying.stop();
  CHECK(client.read_response().status() == 200);
  const auto runtime = pair.gateway.services().runtime.current();
  int left = 0;
  while (runtime->upstreams().at(0).retry_budget->allow_retry(pair.gateway.services().clock.now())) ++left;
  CHECK(left == 9);  // of the ten that an idle upstream has
}

}  // namespace
}  // namespace glassgate
