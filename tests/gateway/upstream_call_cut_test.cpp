// Answers that end before they are over, at every stage, in good order or by a reset.
#include <doctest/doctest.h>

#include <string>

#include "support/gate.h"
#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

const std::string with_length = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
const std::string in_chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const std::string without_length = "HTTP/1.1 200 OK\r\n\r\n";

// The first connection sends `part`, waits until the test has seen what there is to see, and breaks off. Others are
// well.
struct BreaksOff {
  BreaksOff(std::string part, bool by_reset)
      : upstream([this, part, by_reset](Peer& peer, int number) {
          peer.read_request();
          if (number > 0) {
            peer.send(ok("well"));
            peer.ends();
            return;
          }
          peer.send(part);
          seen.wait();
          if (by_reset) peer.reset();
        }) {}
  Gate seen;
  ScriptedUpstream upstream;
};

TEST_CASE("a connection that ends before the answer's head is over is 502, and the client may go on") {
  for (const std::string part : {"", "H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r"}) {
    for (const bool by_reset : {false, true}) {
      CAPTURE(part);
      CAPTURE(by_reset);
      BreaksOff backend(part, by_reset);
      backend.seen.open();
      TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
      Peer client = gateway.connect();
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      const Response response = client.read_response();
      CHECK(response.status() == 502);
      CHECK(response.complete);
      CHECK(logged_error(gateway, 1) == "backend_closed");
      client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      CHECK(client.read_response().body == "well");
      CHECK(backend.upstream.connections() == 2);
    }
  }
}

struct Row {
  std::string what;
  std::string head;
  std::string part;
  std::string body;  // what of it is for the client
};

const Row rows[] = {
    {"a length, nothing of it", with_length, "", ""},
    {"in the middle of a length", with_length, "12345", "12345"},
    {"one byte short", with_length, "123456789", "123456789"},
    {"no chunk", in_chunks, "", ""},
    {"in a chunk's size", in_chunks, chunk("12345") + "1", "12345"},
    {"in a chunk's size line", in_chunks, chunk("12345") + "5\r", "12345"},
    {"in a chunk", in_chunks, "a\r\n12345", "12345"},
    {"behind a chunk's data", in_chunks, "5\r\n12345", "12345"},
    {"between chunks", in_chunks, chunk("123") + chunk("45"), "12345"},
    {"in the last chunk", in_chunks, chunk("12345") + "0\r\n", "12345"},
    {"in the trailers", in_chunks, chunk("12345") + "0\r\nX-Sum: 5\r\n", "12345"},
};

TEST_CASE("an answer that is cut short is cut short for the client: no clean end, and the connection is over (I2)") {
  for (const Row& row : rows) {
    for (const bool by_reset : {false, true}) {
      for (const std::string version : {"HTTP/1.1", "HTTP/1.0"}) {
        CAPTURE(row.what);
        CAPTURE(by_reset);
        CAPTURE(version);
        BreaksOff backend(row.head + row.part, by_reset);
        TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
        Peer client = gateway.connect();
        client.send("GET / " + version + "\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        std::string answer = client.read_head();
        while (!row.body.empty() && answer.find(row.body.back()) == std::string::npos) answer += client.read_exactly(1);
        backend.seen.open();
        answer += client.read_to_end();
        CHECK(client.is_reset());
        CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
        CHECK(answer.find("\r\n0\r\n") == std::string::npos);
        CHECK(logged_error(gateway, 1) == "response_cut");
        CHECK(gateway.exchange("GET / HTTP/1.0\r\n\r\n").ends_with("well"));
        CHECK(comes_to_rest(gateway));
      }
    }
  }
}

TEST_CASE("without a length, an end in good order is the body's end and a reset is not (I2)") {
  for (const bool by_reset : {false, true}) {
    for (const std::string version : {"HTTP/1.1", "HTTP/1.0"}) {
      CAPTURE(by_reset);
      CAPTURE(version);
      BreaksOff backend(without_length + "12345", by_reset);
      TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
      Peer client = gateway.connect();
      client.send("GET / " + version + "\r\nHost: a\r\nConnection: close\r\n\r\n");
      std::string answer = client.read_until("12345");
      backend.seen.open();
      answer += client.read_to_end();
      CHECK(client.is_reset() == by_reset);
      CHECK(answer.ends_with("0\r\n\r\n") == (!by_reset && version == "HTTP/1.1"));
      CHECK(logged_error(gateway, 1) == (by_reset ? "response_cut" : "-"));
    }
  }
}

TEST_CASE("chunks that are none, behind a head that was relayed, cut the answer (I2) (I3)") {
  for (const std::string bad :
       {"zz\r\n", "5\n12345\r\n", "-1\r\n", "\r\n", "5\r\n123456\r\n", "0\r\nno colon\r\n\r\n"}) {
    for (const std::string version : {"HTTP/1.1", "HTTP/1.0"}) {
      CAPTURE(bad);
      CAPTURE(version);
      Gate seen;
      ScriptedUpstream upstream([&](Peer& peer, int) {
        peer.read_request();
        peer.send(in_chunks + chunk("hello"));
        seen.wait();
        peer.send(bad);
        peer.ends();
        upstream.note("closed");
      });
      TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
      Peer client = gateway.connect();
      client.send("GET / " + version + "\r\nHost: a\r\n\r\n");
      client.read_until("hello");
      seen.open();
      CHECK(client.read_to_end().find("0\r\n") == std::string::npos);
      CHECK(client.is_reset());
      CHECK(logged_error(gateway, 1) == "response_cut");
      CHECK(upstream.wait_for_notes(1).at(0) == "closed");
    }
  }
}

TEST_CASE("chunks that are none, right behind the head, are a malformed answer like any other (I3)") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    peer.read_request();
    peer.send(in_chunks + "zz\r\n");
    peer.ends();
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_response().status() == 502);
  CHECK(logged_error(gateway, 1) == "backend_malformed");
  CHECK(backend_status(gateway, "idle_connections") == "0");
}

}  // namespace
}  // namespace glassgate
