// Expect: 100-continue (RFC 9110 section 10.1.1): the backend is asked, and its word is the client's answer.
#include <doctest/doctest.h>

#include <string>

#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;

const std::string go_on = "HTTP/1.1 100 Continue\r\n\r\n";

std::string post(const std::string& fields, const std::string& version = "1.1") {
  return "POST / HTTP/" + version + "\r\nHost: a\r\nExpect: 100-continue\r\n" + fields + "\r\n";
}

// Says 100 when it has the head, and answers when it has the body.
ScriptedUpstream::Script asks_for(const std::string& body, ScriptedUpstream& upstream) {
  return [body, &upstream](Peer& peer, int) {
    for (std::string head = peer.read_head(); !head.empty(); head = peer.read_head()) {
      upstream.note(head);
      peer.send(go_on);
      upstream.note(peer.read_exactly(body.size()));
      peer.send(ok("done"));
    }
  };
}

TEST_CASE("the backend's 100 is relayed, then the body flows, and the connection goes on") {
  const std::string chunked = chunk("hello") + "0\r\n\r\n";
  for (const bool with_length : {true, false}) {
    CAPTURE(with_length);
    const std::string fields = with_length ? "Content-Length: 5\r\n" : "Transfer-Encoding: chunked\r\n";
    const std::string body = with_length ? "hello" : chunked;
    ScriptedUpstream upstream(asks_for(body, upstream));
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    for (size_t i = 0; i < 2; ++i) {
      client.send(post(fields));
      CHECK(client.read_head() == go_on);
      CHECK(upstream.notes().size() == 2 * i + 1);  // nothing of the body before it was asked for
      client.send(body);
      const Response response = client.read_response();
      CHECK(response.body == "done");
      CHECK(response.count("Connection") == 0);
      CHECK(upstream.wait_for_notes(2 * i + 2)[2 * i + 1] == body);
      CHECK(upstream.notes()[2 * i].find("\r\nExpect: 100-continue\r\n") != std::string::npos);
    }
    CHECK(upstream.error() == "");
  }
}

TEST_CASE("a backend's final answer without a 100 is relayed, and the connection ends with it") {
  for (const std::string other : {"", "HTTP/1.1 103 Early Hints\r\n\r\n"}) {  // which is no leave to send
    CAPTURE(other);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send(other + "HTTP/1.1 417 Expectation Failed\r\nContent-Length: 2\r\n\r\nno");
      upstream.note(peer.read_to_end());
    });
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    for (const std::string fields : {"Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"}) {
      CAPTURE(fields);
      Peer client = gateway.connect();
      client.send(post(fields));
      if (!other.empty()) CHECK(client.read_head() == other);
      const Response response = client.read_response();
      CHECK(response.status() == 417);
      CHECK(response.body == "no");
      CHECK(response.field("Connection") == "close");  // nobody knows whether the body will come
      client.send("GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n");
      CHECK(client.read_to_end() == "");
    }
    for (const std::string& body : upstream.wait_for_notes(2)) CHECK(body == "");
  }
}

TEST_CASE("a client that does not wait for the 100 is served as well") {
  ScriptedUpstream upstream(asks_for("hello", upstream));
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  for (int i = 0; i < 2; ++i) {
    client.send(post("Content-Length: 5\r\n") + "hello");
    CHECK(client.read_head() == go_on);
    CHECK(client.read_response().body == "done");
  }
}

TEST_CASE("a backend that says 100 late, or never, gets the body when it comes") {
  RecordingUpstream upstream;  // reads the body without a word
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(post("Content-Length: 5\r\n"));
  client.send("hello");
  CHECK(client.read_response().status() == 200);
  CHECK(behind_head(upstream.request(0)) == "hello");
}

TEST_CASE("in HTTP/1.0, Expect is nothing: it is not passed on, and no 100 comes back") {
  ScriptedUpstream upstream(asks_for("hello", upstream));
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(post("Content-Length: 5\r\n", "1.0") + "hello");
  const Response response = client.read_response();
  CHECK(response.status() == 200);
  CHECK(response.body == "done");
  CHECK(upstream.notes()[0].find("Expect") == std::string::npos);
}

TEST_CASE("an Expect without a body to wait for changes nothing") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  for (const std::string fields : {"", "Content-Length: 0\r\n"}) {
    client.send(post(fields));
    const Response response = client.read_response();
    CHECK(response.status() == 200);
    CHECK(response.count("Connection") == 0);
  }
}

TEST_CASE("where the gateway answers by itself, no 100 is given, and the connection ends") {
  RecordingUpstream upstream;
  const TestGateway gateway("server:\n  max_body_bytes: 10\nroutes:\n  - path: /\n    methods: [GET]\n    backends: [" +
                            upstream.address() + "]\n");
  check_refusals(gateway,
                 {
                     {"wrong method", post("Content-Length: 5\r\n"), 405, "method_not_allowed"},
                     {"wrong method, chunked", post("Transfer-Encoding: chunked\r\n"), 405, "method_not_allowed"},
                     {"too large", post("Content-Length: 11\r\n"), 413, "body_too_large"},
                 });
  CHECK(upstream.connections() == 0);
}

TEST_CASE("no backend, no 100: the answer comes without waiting for the body") {
  const TestGateway gateway(TestGateway::in_front_of({"127.0.0.1:" + std::to_string(unused_port())}));
  Peer client = gateway.connect();
  client.send(post("Content-Length: 5\r\n"));
  const Response response = client.read_response();
  CHECK(response.status() == 502);
  CHECK(response.field("Connection") == "close");
  CHECK(client.read_to_end() == "");
}

}  // namespace
}  // namespace glassgate
