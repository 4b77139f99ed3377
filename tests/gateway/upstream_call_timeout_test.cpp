// Peers that fall silent, at every stage of an exchange.
#include <doctest/doctest.h>
#include <poll.h>

#include <string>
#include <thread>

#include "support/gate.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string impatient = "response_timeout: 200ms";
const std::string impatient_body = "body_timeout: 200ms";

// Reads a request, sends `text`, and says no more; notes when the gateway has closed the connection.
struct FallsSilent {
  explicit FallsSilent(std::string text)
      : upstream([this, text](Peer& peer, int) {
          peer.read_request();
          peer.send(text);
          peer.ends();
          upstream.note("closed");
        }) {}
  ScriptedUpstream upstream;
};

TEST_CASE("a backend that does not answer in time is 504, and its connection is closed") {
  const struct {
    std::string what;
    std::string sent;
    std::string received;  // before the 504
  } rows[] = {
      {"not a byte", "", ""},
      {"inside the status line", "HTTP/1.1 200", ""},
      {"inside a field", "HTTP/1.1 200 OK\r\nContent-Le", ""},
      {"before the empty line", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", ""},
      {"after an interim answer", "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n",
       "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n"},
      {"after an interim answer and a bit", "HTTP/1.1 102 Processing\r\n\r\nHTTP", "HTTP/1.1 102 Processing\r\n\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    FallsSilent backend(row.sent);
    TestGateway gateway(TestGateway::with_upstream(backend.upstream.address(), impatient));
    Peer client = gateway.connect();
    client.send(get);
    CHECK(client.read_exactly(row.received.size()) == row.received);
    const Response response = client.read_response();
    CHECK(response.status() == 504);
    CHECK(response.complete);
    CHECK(backend.upstream.wait_for_notes(1).at(0) == "closed");
    CHECK(logged_error(gateway, 1) == "backend_timeout");
    client.send(get);
    CHECK(client.read_exactly(row.received.size()) == row.received);
    CHECK(client.read_response().status() == 504);
    CHECK(backend.upstream.connections() == 2);
    client.close();
    CHECK(comes_to_rest(gateway));
  }
}

TEST_CASE("an answer's head that drips for ever is 504: its time is a total") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nX: ");
    while (peer.send("x")) ::poll(nullptr, 0, 20);
  });
  TestGateway gateway(TestGateway::with_upstream(upstream.address(), impatient));
  Peer client = gateway.connect();
  client.send(get);
  CHECK(client.read_response().status() == 504);
}

TEST_CASE("an answer that stops in its body is cut, visibly (I2)") {
  const struct {
    std::string what;
    std::string head;
    std::string part;
    std::string version;
  } rows[] = {
      {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "12345", "HTTP/1.1"},
      {"a length, nothing of it", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", "", "HTTP/1.1"},
      {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk("12345"), "HTTP/1.1"},
      {"inside a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "a\r\n12345", "HTTP/1.1"},
      {"no length", "HTTP/1.1 200 OK\r\n\r\n", "12345", "HTTP/1.1"},
      {"chunks, for HTTP/1.0", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk("12345"), "HTTP/1.0"},
      {"no length, for HTTP/1.0", "HTTP/1.1 200 OK\r\n\r\n", "12345", "HTTP/1.0"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    FallsSilent backend(row.head + row.part);
    TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}, impatient_body));
    Peer client = gateway.connect();
    client.send("GET / " + row.version + "\r\nHost: a\r\n\r\n");
    const Response response = client.read_response();
    CHECK(response.status() == 200);
    CHECK(response.body == (row.part.empty() ? "" : "12345"));
    CHECK_FALSE(response.complete);
    CHECK(client.ends());
    CHECK(client.is_reset());
    const bool is_known_to_be_missing = row.head.find("Content-Length") != std::string::npos;
    CHECK(logged_error(gateway, 1) == (is_known_to_be_missing ? "response_cut" : "response_stalled"));
    CHECK(backend.upstream.wait_for_notes(1).at(0) == "closed");
    CHECK(comes_to_rest(gateway));
  }
}

TEST_CASE("a client that stops in its body is 408, and its half of a request is not left with the backend") {
  for (const std::string framing :
       {"Content-Length: 10\r\n\r\n12345", "Transfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n"}) {
    CAPTURE(framing);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.ends();
      upstream.note("closed");
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}, impatient_body));
    Peer client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + framing);
    const Response response = client.read_response();
    CHECK(response.status() == 408);
    CHECK(response.field("Connection") == "close");
    CHECK(client.ends());
    CHECK(upstream.wait_for_notes(1).at(0) == "closed");
    client.close();
    CHECK(comes_to_rest(gateway));
  }
}

TEST_CASE("a backend that stops reading a body is 504") {
  Gate over;
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    over.wait();
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "body_timeout: 300ms"));
  Peer client = gateway.connect();
  std::thread sender([&] {
    client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
    pollfd answer{client.fd(), POLLIN, 0};
    while (::poll(&answer, 1, 0) == 0 && client.send(chunk(std::string(100'000, 'x')))) {
    }
  });
  CHECK(logged_error(gateway, 1) == "backend_timeout");
  sender.join();
  CHECK(client.read_response().status() == 504);
  client.close();
  over.open();
  CHECK(comes_to_rest(gateway));
}

TEST_CASE("a client that waits for a 100 for ever is 408: it might have gone on, and the backend is not to blame") {
  FallsSilent backend("");
  TestGateway gateway(TestGateway::with_upstream(backend.upstream.address(), impatient, impatient_body));
  Peer client = gateway.connect();
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n");
  const Response response = client.read_response();
  CHECK(response.status() == 408);
  CHECK(response.field("Connection") == "close");  // whether the body will come, nobody knows
  CHECK(backend_status(gateway, "failures") == "0");
  CHECK(client.ends());
}

TEST_CASE("a client that stops reading its answer is given up on") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\n\r\n");
    while (peer.send(std::string(100'000, 'x'))) {
    }
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}, impatient_body));
  Peer client = gateway.connect();
  client.send(get);
  CHECK(logged_error(gateway, 1) == "client_gone");
  CHECK(comes_to_rest(gateway));
}

}  // namespace
}  // namespace glassgate
