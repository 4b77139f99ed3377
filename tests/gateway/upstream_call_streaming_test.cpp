// Bytes are passed on as they come: nothing waits for a body to be whole.
#include <doctest/doctest.h>

#include <memory>
#include <string>

#include "support/gate.h"
#include "support/status_probe.h"
#include "support/stirred_bytes.h"

namespace glassgate {
namespace {

using namespace test;

struct Row {
  std::string what;
  std::string head;
  std::string first;  // on the wire
  std::string second;
};

const Row rows[] = {
    {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n", "first ", "again"},
    {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "6\r\nfirst \r\n", "5\r\nagain\r\n0\r\n\r\n"},
    {"half a chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "b\r\nfirst ", "again\r\n0\r\n\r\n"},
    {"no length", "HTTP/1.1 200 OK\r\n\r\n", "first ", "again"},
    {"HTTP/1.0", "HTTP/1.0 200 OK\r\n\r\n", "first ", "again"},
};

TEST_CASE("the head, and then each byte, reaches the client while the backend still holds the rest") {
  for (const Row& row : rows) {
    for (const std::string version : {"HTTP/1.1", "HTTP/1.0"}) {
      CAPTURE(row.what);
      CAPTURE(version);
      Gate head_seen;
      Gate first_seen;
      ScriptedUpstream upstream([&](Peer& peer, int) {
        peer.read_request();
        peer.send(row.head);
        head_seen.wait();
        peer.send(row.first);
        first_seen.wait();
        peer.send(row.second);
      });
      TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
      Peer client = gateway.connect();
      client.send("GET / " + version + "\r\nHost: a\r\n\r\n");
      CHECK(client.read_head().starts_with("HTTP/1.1 200 OK\r\n"));
      head_seen.open();
      CHECK(client.read_until("first ").ends_with("first "));
      first_seen.open();
      CHECK(client.read_until("again").ends_with("again"));
      CHECK(upstream.error().empty());
    }
  }
}

TEST_CASE("a request's body reaches the backend while the client still holds the rest") {
  const struct {
    std::string fields;
    std::string first;
    std::string second;
  } bodies[] = {
      {"Content-Length: 11\r\n", "first ", "again"},
      {"Transfer-Encoding: chunked\r\n", chunk("first "), chunk("again") + std::string(last_chunk)},
  };
  for (const auto& body : bodies) {
    CAPTURE(body.fields);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      upstream.note(peer.read_head());
      upstream.note(peer.read_exactly(body.first.size()));
      upstream.note(peer.read_exactly(body.second.size()));
      peer.send(ok("done"));
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + body.fields + "\r\n");
    CHECK(upstream.wait_for_notes(1).at(0).find(body.fields) != std::string::npos);
    client.send(body.first);
    CHECK(upstream.wait_for_notes(2).at(1) == body.first);
    client.send(body.second);
    CHECK(upstream.wait_for_notes(3).at(2) == body.second);
    CHECK(client.read_response().body == "done");
  }
}

TEST_CASE("an answer that begins early and lasts is followed while the request goes on, and is counted as any other") {
  for (const bool wants_trailers : {false, true}) {
    CAPTURE(wants_trailers);
    Gate first_seen;
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("early"));
      upstream.note(peer.read_exactly(10));
      first_seen.wait();
      peer.send(chunk("late") + "0\r\nX-Sum: 1\r\n\r\n");
      peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    const std::string te = wants_trailers ? "TE: trailers\r\nConnection: TE\r\n" : "";
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + te + "Content-Length: 10\r\n\r\n");
    CHECK(client.read_until("early\r\n").ends_with("early\r\n"));
    client.send("1234567890");
    CHECK(upstream.wait_for_notes(1).at(0) == "1234567890");
    first_seen.open();
    CHECK(client.read_until("\r\n\r\n") ==
          "4\r\nlate\r\n0\r\n" + std::string(wants_trailers ? "X-Sum: 1\r\n" : "") + "\r\n");
    CHECK(status_becomes(gateway, "idle_connections", "1"));  // both messages are whole
    CHECK(json_field(gateway.wait_for_access_lines(1).at(0), "bytes_out") == "9");
  }
}

TEST_CASE("a large answer arrives byte for byte, in whatever pieces it was sent") {
  const std::string body = stirred_bytes(5'000'000);
  const struct {
    std::string what;
    std::string head;
    size_t piece;
    bool chunked;
  } large[] = {
      {"a length", "Content-Length: 5000000\r\n", body.size(), false},
      {"large chunks", "Transfer-Encoding: chunked\r\n", 300'001, true},
      {"small chunks", "Transfer-Encoding: chunked\r\n", 777, true},
      {"no length", "", 65'537, false},
  };
  for (const auto& row : large) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      std::string wire = "HTTP/1.1 200 OK\r\n" + row.head + "\r\n";
      for (size_t at = 0; at < body.size(); at += row.piece) {
        const std::string piece = body.substr(at, row.piece);
        wire += row.chunked ? chunk(piece) : piece;
      }
      if (row.chunked) wire += last_chunk;
      peer.send(wire);
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    const Response response = client.read_response();
    CHECK(response.complete);
    CHECK((response.body == body));
    CHECK(json_field(gateway.wait_for_access_lines(1).at(0), "bytes_out") == "5000000");
  }
}

}  // namespace
}  // namespace glassgate
