// A pooled connection may die in the very moment in which it is used again.
#include <doctest/doctest.h>

#include <string>

#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

// The first connection answers one request; at the next one it does what `die` says. The connections after it do what
// `then` says. Notes each request, as it was read, with the number of its connection in front.
struct DiesWhenReused {
  using Act = void (*)(Peer&);
  DiesWhenReused(Act die, Act then)
      : upstream([this, die, then](Peer& peer, int number) {
          if (number == 0) {
            peer.read_request();
            peer.send(ok("first"));
          }
          const std::string request = number == 0 ? peer.read_head() : peer.read_request();
          upstream.note(std::to_string(number) + " " + request);
          (number == 0 ? die : then)(peer);
        }) {}

  // Brings a connection into the pool.
  void warm_up(Peer& client) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_response().body == "first");
  }

  ScriptedUpstream upstream;
};

void close_it(Peer& peer) {
  peer.close();
}
void reset_it(Peer& peer) {
  peer.reset();
}
void answer_it(Peer& peer) {
  peer.send(ok("second"));
  peer.ends();
}
void answer_a_byte(Peer& peer) {
  peer.send("H");
}
void answer_an_interim(Peer& peer) {
  peer.send("HTTP/1.1 103 Early Hints\r\n\r\n");
}
void answer_a_head(Peer& peer) {
  peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
}
void say_nothing(Peer& peer) {
  peer.ends();
}

const std::string with_body = "Content-Length: 5\r\n\r\nhello";
const std::string in_chunks = "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n";

TEST_CASE("a request that may be repeated is, once, when a reused connection dies without a byte of answer (I1)") {
  const struct {
    std::string request;
    std::string body;
  } rows[] = {
      {"GET / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"TRACE / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", ""},
      {"PUT / HTTP/1.1\r\nHost: a\r\n" + with_body, "hello"},
      {"PUT / HTTP/1.1\r\nHost: a\r\n" + in_chunks, "5\r\nhello\r\n0\r\nX-Sum: 5\r\n\r\n"},
      {"GET / HTTP/1.1\r\nHost: a\r\n" + with_body, "hello"},
      {"PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "0\r\n\r\n"},
  };
  for (const auto& row : rows) {
    for (const auto die : {close_it, reset_it}) {
      CAPTURE(row.request);
      DiesWhenReused backend(die, answer_it);
      TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
      Peer client = gateway.connect();
      backend.warm_up(client);
      client.send(row.request);
      const bool to_head = row.request.starts_with("HEAD");
      const Response response = client.read_response(to_head);
      CHECK(response.status() == 200);
      if (!to_head) CHECK(response.body == "second");
      const auto notes = backend.upstream.wait_for_notes(2);
      const std::string method = row.request.substr(0, row.request.find(' '));
      CHECK(notes.at(0).starts_with("0 " + method + " "));
      CHECK(notes.at(1).starts_with("1 " + method + " "));
      CHECK(notes.at(1).ends_with("\r\n\r\n" + row.body));
      CHECK(backend.upstream.connections() == 2);
      const std::string line = gateway.wait_for_access_lines(2).at(1);
      CHECK(json_field(line, "error") == "-");
      CHECK(line.find("\"detail\"") == std::string::npos);  // of the connection that died
      client.close();
      CHECK(comes_to_rest(gateway));
    }
  }
}

TEST_CASE("a request that may not be repeated never is (I1)") {
  for (const std::string method : {"POST", "PATCH", "PURGE", "get", "CUSTOM"}) {
    for (const std::string& rest : {std::string("\r\n"), with_body, in_chunks}) {
      for (const auto die : {close_it, reset_it}) {
        CAPTURE(method);
        CAPTURE(rest);
        DiesWhenReused backend(die, answer_it);
        TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
        Peer client = gateway.connect();
        backend.warm_up(client);
        client.send(method + " / HTTP/1.1\r\nHost: a\r\n" + rest);
        const Response response = client.read_response();
        CHECK(response.status() == 502);
        CHECK(backend.upstream.connections() == 1);
        CHECK(logged_error(gateway, 2) == "backend_closed");
        client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(client.read_response().body == "second");
      }
    }
  }
}

TEST_CASE("a body of which more was read than came with its head cannot be repeated (I1)") {
  DiesWhenReused backend(close_it, answer_it);
  TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
  Peer client = gateway.connect();
  backend.warm_up(client);
  client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + std::string(1'000'000, 'x'));
  CHECK(client.read_response().status() == 502);
  CHECK(backend.upstream.connections() == 1);
}

TEST_CASE("a body that has not begun to come is no hindrance (I1)") {
  for (const std::string method : {"PUT", "POST"}) {
    CAPTURE(method);
    DiesWhenReused backend(close_it, answer_it);
    TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
    Peer client = gateway.connect();
    backend.warm_up(client);
    client.send(method + " / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
    CHECK(backend.upstream.wait_for_notes(1).at(0).starts_with("0 " + method));
    if (method == "PUT") CHECK(eventually([&] { return backend.upstream.connections() == 2; }));
    client.send("hello");
    CHECK(client.read_response().status() == (method == "PUT" ? 200 : 502));
    CHECK(backend.upstream.connections() == (method == "PUT" ? 2 : 1));
  }
}

TEST_CASE("after a byte of answer there is no repeating (I1)") {
  const struct {
    std::string what;
    DiesWhenReused::Act die;
    int status;
  } rows[] = {
      {"a byte", answer_a_byte, 502},
      {"an interim answer", answer_an_interim, 103},
      {"a head", answer_a_head, 200},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    DiesWhenReused backend(row.die, answer_it);
    TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
    Peer client = gateway.connect();
    backend.warm_up(client);
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    const Response response = client.read_response();
    CHECK(response.status() == row.status);
    if (row.status == 103) CHECK(client.read_response().status() == 502);
    if (row.status == 200) CHECK_FALSE(response.complete);
    CHECK(backend.upstream.connections() == 1);
  }
}

TEST_CASE("a request is repeated once and not again (I1)") {
  DiesWhenReused backend(close_it, close_it);
  TestGateway gateway(TestGateway::in_front_of({backend.upstream.address()}));
  Peer client = gateway.connect();
  backend.warm_up(client);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_response().status() == 502);
  CHECK(backend.upstream.connections() == 2);
  CHECK(json_field(gateway.wait_for_access_lines(2).at(1), "attempts") == "1");
}

TEST_CASE("a fresh connection that dies is a failure, and nothing is repeated (I1)") {
  for (const bool by_reset : {false, true}) {
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      if (by_reset) peer.reset();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_response().status() == 502);
    CHECK(upstream.connections() == 1);
  }
}

TEST_CASE("a reused connection that falls silent is a time-out, and nothing is repeated (I1)") {
  DiesWhenReused backend(say_nothing, answer_it);
  TestGateway gateway(TestGateway::with_upstream(backend.upstream.address(), "response_timeout: 200ms"));
  Peer client = gateway.connect();
  backend.warm_up(client);
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(client.read_response().status() == 504);
  CHECK(backend.upstream.connections() == 1);
}

}  // namespace
}  // namespace glassgate
