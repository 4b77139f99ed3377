// Where an answer ends: the same body for every client, however the backend framed it.
#include <doctest/doctest.h>

#include <atomic>
#include <string>

#include "support/status_probe.h"

namespace glassgate {
namespace {

using namespace test;

std::string request_of(const std::string& method, const std::string& fields = "") {
  return method + " / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

bool has_field(const Response& response, std::string_view name) {
  return response.count(name) > 0;
}

TEST_CASE("an answer that has no body has none, whatever its fields say, and both connections go on") {
  const struct {
    std::string method;
    std::string answer;
    std::string length;  // what the client is told of it
  } rows[] = {
      {"GET", "HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", ""},
      {"GET", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", ""},
      {"GET", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
      {"GET", "HTTP/1.1 304 Not Modified\r\n\r\n", ""},
      {"GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n", "1000"},
      {"GET", "HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
      {"GET", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "0"},
      {"POST", "HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"HEAD", "HTTP/1.1 200 OK\r\n\r\n", ""},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", "1000"},
      {"HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "0"},
      {"HEAD", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", ""},
      {"HEAD", "HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", "9"},
      {"HEAD", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.method);
    CAPTURE(row.answer);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      for (std::string request; !(request = peer.read_request()).empty();) {
        peer.send(request.starts_with(row.method + " ") ? row.answer : ok("next"));
      }
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    for (int i = 0; i < 2; ++i) {
      client.send(request_of(row.method));
      const Response response = client.read_response(true);
      CHECK(response.head.substr(0, 12) == row.answer.substr(0, 12));
      CHECK(response.field("Content-Length") == row.length);
      CHECK_FALSE(has_field(response, "Transfer-Encoding"));
      CHECK_FALSE(has_field(response, "Connection"));
    }
    client.send(request_of(row.method) + request_of("PATCH"));
    CHECK(client.read_response(true).head.substr(0, 12) == row.answer.substr(0, 12));
    CHECK(client.read_response().body == "next");
    CHECK(upstream.connections() == 1);
    client.close();
    CHECK(comes_to_rest(gateway));
  }
}

TEST_CASE("bytes behind a head that has no body are nobody's answer, and their connection is not used again") {
  for (const std::string method : {"HEAD", "GET"}) {
    const std::string status = method == "HEAD" ? "200 OK" : "304 Not Modified";
    ScriptedUpstream upstream([&](Peer& peer, int number) {
      peer.read_request();
      if (number > 0) peer.send(ok("mine"));
      if (number == 0)
        peer.send("HTTP/1.1 " + status +
                  "\r\nContent-Length: 45\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
      peer.ends();
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(request_of(method));
    CHECK(client.read_response(true).field("Content-Length") == "45");
    client.send(request_of("GET"));
    CHECK(client.read_response().body == "mine");
    CHECK(upstream.connections() == 2);
  }
}

struct Framed {
  std::string what;
  std::string wire;  // the answer
  bool ends_with_connection;
};

const Framed framed_hello[] = {
    {"a length", "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world", false},
    {"chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n", false},
    {"chunks, oddly written",
     "HTTP/1.1 200 OK\r\ntransfer-encoding: Chunked\r\n\r\n006;a=\"b\"\r\nhello \r\n5 ;c\r\nworld\r\n000;d\r\nX: "
     "y\r\n\r\n",
     false},
    {"no length", "HTTP/1.1 200 OK\r\n\r\nhello world", true},
    {"HTTP/1.0 and a length", "HTTP/1.0 200 OK\r\nContent-Length: 11\r\n\r\nhello world", false},
    {"HTTP/1.0 and no length", "HTTP/1.0 200 OK\r\n\r\nhello world", true},
};

void send_and_maybe_end(Peer& peer, const Framed& answer) {
  peer.send(answer.wire);
  if (answer.ends_with_connection) peer.shutdown_write();
}

TEST_CASE("an HTTP/1.1 client gets the body with a length or in chunks, and its connection goes on") {
  for (const Framed& row : framed_hello) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      while (!peer.read_request().empty()) send_and_maybe_end(peer, row);
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    for (int i = 0; i < 3; ++i) {
      client.send(request_of("GET"));
      const Response response = client.read_response();
      CHECK(response.head.starts_with("HTTP/1.1 200 OK\r\n"));
      CHECK(response.complete);
      CHECK(response.body == "hello world");
      CHECK(response.count("Content-Length") + response.count("Transfer-Encoding") == 1);
      CHECK(response.trailers == (has_field(response, "Transfer-Encoding") ? "\r\n" : ""));
    }
  }
}

TEST_CASE("an HTTP/1.0 client gets the plain body, ended by its length or its connection") {
  for (const Framed& row : framed_hello) {
    for (const std::string fields : {"", "Connection: keep-alive\r\n", "TE: trailers\r\nConnection: TE\r\n"}) {
      CAPTURE(row.what);
      CAPTURE(fields);
      ScriptedUpstream upstream([&](Peer& peer, int) {
        peer.read_request();
        send_and_maybe_end(peer, row);
        peer.ends();
      });
      TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
      Peer client = gateway.connect();
      client.send("GET / HTTP/1.0\r\n" + fields + "\r\n");
      const Response response = client.read_response();
      CHECK(response.body == "hello world");
      CHECK_FALSE(has_field(response, "Transfer-Encoding"));
      const bool goes_on = has_field(response, "Content-Length") && fields.starts_with("Connection: keep-alive");
      CHECK(response.field("Connection") == (goes_on ? "keep-alive" : "close"));
      if (goes_on) continue;
      CHECK(client.ends());
      CHECK_FALSE(client.is_reset());
      CHECK(comes_to_rest(gateway));
    }
  }
}

TEST_CASE("trailers go to those who asked for them, and only the harmless ones") {
  const std::string answer =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n" + chunk("hello") +
      "0\r\nX-Sum: 5\r\nContent-Length: 99\r\nSet-Cookie: a=b\r\nTransfer-Encoding: chunked\r\nX-Two: 2\r\n\r\n";
  ScriptedUpstream upstream(ScriptedUpstream::always(answer));
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(request_of("GET", "TE: trailers\r\nConnection: TE\r\n"));
  CHECK(client.read_response().trailers == "X-Sum: 5\r\nX-Two: 2\r\n\r\n");
  client.send(request_of("GET"));
  CHECK(client.read_response().trailers == "\r\n");
  CHECK(upstream.connections() == 1);
}

TEST_CASE("trailers that Connection names stay behind, either way") {
  const std::string trailers = "0\r\nX-Hop: 1\r\nX-Sum: 5\r\n\r\n";
  const std::string answer = "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const bool together : {true, false}) {
    CAPTURE(together);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_head();
      peer.read_until("\r\nhello\r\n");
      upstream.note(peer.read_until("\r\n\r\n"));
      peer.send(answer + chunk("hello") + trailers);
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    const std::string head =
        "PUT / HTTP/1.1\r\nHost: a\r\nConnection: TE, X-Hop\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.send(head + (together ? chunk("hello") + trailers : ""));
    if (!together) {
      CHECK(eventually([&] { return upstream.connections() == 1; }));
      client.send(chunk("hello") + trailers);
    }
    CHECK(client.read_response().trailers == "X-Sum: 5\r\n\r\n");
    CHECK(upstream.wait_for_notes(1).at(0) == "0\r\nX-Sum: 5\r\n\r\n");
  }
}

TEST_CASE("an answer is the same wherever its bytes are cut") {
  const std::string answer =
      "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nA: b\r\n\r\n" +
      chunk("hello") + chunk(" world") + "0\r\nX-Sum: 11\r\n\r\n";
  std::atomic<size_t> cut{0};
  ScriptedUpstream upstream([&](Peer& peer, int) {
    while (!peer.read_request().empty()) {
      peer.send(answer.substr(0, cut));
      ::sched_yield();  // the gateway may read now, or both parts at once: it must not matter
      peer.send(answer.substr(cut));
    }
  });
  TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  for (; cut <= answer.size(); ++cut) {
    const size_t at = cut;
    CAPTURE(at);
    client.send(request_of("GET", "TE: trailers\r\nConnection: TE\r\n"));
    CHECK(client.read_response(true).status() == 103);
    const Response response = client.read_response();
    CHECK(response.field("A") == "b");
    CHECK(response.body == "hello world");
    CHECK(response.trailers == "X-Sum: 11\r\n\r\n");
  }
  CHECK(upstream.connections() == 1);
}

TEST_CASE("an answer that drips is the same answer") {
  for (const Framed& row : framed_hello) {
    CAPTURE(row.what);
    ScriptedUpstream upstream([&](Peer& peer, int) {
      peer.read_request();
      peer.send_byte_by_byte(row.wire);
    });
    TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(request_of("GET"));
    CHECK(client.read_response().body == "hello world");
  }
}

}  // namespace
}  // namespace glassgate
