// How a connection ends whose answer was cut, and how one does not whose answer was whole (I3, I4).
#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "gateway/client_loop.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate {
namespace {

using namespace test;

const std::string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

struct CutRow {
  std::string what;
  std::string begin;  // what the backend sends of its answer, and when the client has seen it
  std::string then;   // before it closes
  std::string request;
  std::string seen;  // of the body
};

TEST_CASE("an answer that was cut is followed by nothing but a reset (I3)") {
  const std::string with_length = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello";
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("hello");
  const std::string old = "GET / HTTP/1.0\r\n\r\n";
  for (const CutRow& row : {
           CutRow{"a length", with_length, "", get + get, "hello"},
           CutRow{"chunks", chunked, "", get + get, chunk("hello")},
           CutRow{"chunks, inside one", chunked, "5\r\n", get + get, chunk("hello")},
           CutRow{"malformed chunks", chunked, "zz\r\n0\r\n\r\n", get + get, chunk("hello")},
           CutRow{"chunks for HTTP/1.0", chunked, "", old, "hello"},
       }) {
    CAPTURE(row.what);
    std::atomic<bool> has_seen{false};
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.send(row.begin);
      eventually([&] { return has_seen.load(); });
      peer.send(row.then);
    });
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(row.request);
    CHECK(client.read_head().starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(client.read_exactly(row.seen.size()) == row.seen);
    has_seen = true;
    CHECK(client.read_to_end() == "");
    CHECK(client.is_reset());
    CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "response_cut");
    CHECK(upstream.connections() == 1);  // the pipelined request was never begun
  }
}

// More than a client's system takes unread, less than the gateway's holds.
const std::string much(500'000, 'x');

TEST_CASE("the reset behind an answer that was cut takes nothing of what was sent of it (I4)") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 600000\r\n\r\n" + much);
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(get);
  const std::string line = gateway.wait_for_access_lines(1)[0];  // nothing is read before
  CHECK(json_field(line, "error") == "response_cut");
  CHECK(json_field(line, "bytes_out") == std::to_string(much.size()));
  CHECK(client.read_to_end().ends_with("\r\n\r\n" + much));
  CHECK(client.is_reset());
}

TEST_CASE("the reset behind an answer that was cut takes nothing from the answers before it (I4)") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    peer.read_head();
    peer.send(ok(much));
    peer.read_head();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello");
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(get + get);
  CHECK(json_field(gateway.wait_for_access_lines(2)[1], "error") == "response_cut");  // nothing is read before
  const Response whole = client.read_response();
  CHECK(whole.complete);
  CHECK(whole.body == much);
  CHECK(client.read_to_end().ends_with("\r\n\r\nhello"));
  CHECK(client.is_reset());
}

TEST_CASE("a head that was still coming when everything was cut is no fault of its client's") {
  RecordingUpstream upstream;
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHo");
  REQUIRE(eventually([&] { return gateway.services().requests == 1; }));
  gateway.stop(true);
  CHECK(client.read_to_end() == "");
  CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "drained");
}

TEST_CASE("a whole answer is never ended with a reset (I3)") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  for (const std::string request : {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
                                    "GET / HTTP/1.0\r\n\r\nand something that nobody reads",
                                    "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nab", "GET / HTTP/1.1\r\n\r\n"}) {
    CAPTURE(request);
    Peer client = gateway.connect();
    client.send(request);
    CHECK(client.read_response().complete);
    CHECK(client.read_to_end() == "");
    CHECK_FALSE(client.is_reset());
  }
}

}  // namespace
}  // namespace glassgate
