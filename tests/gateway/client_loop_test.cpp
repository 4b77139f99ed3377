// Requests that follow each other on one connection. Their bodies: client_loop_bodies_test.cpp.
#include "gateway/client_loop.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate {
namespace {

using namespace test;

std::string get(const std::string& path, const std::string& fields = "") {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

struct PersistRow {
  std::string version;
  std::string fields;
  bool stays;
  std::string answered;  // what the answer's Connection says
};

TEST_CASE("a connection goes on as its version and Connection say") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  const std::vector<PersistRow> table{
      {"1.1", "", true, ""},
      {"1.1", "Connection: keep-alive\r\n", true, ""},
      {"1.1", "Connection: x, y\r\n", true, ""},
      {"1.1", "Connection:\r\n", true, ""},
      {"1.1", "Connection: close\r\n", false, "close"},
      {"1.1", "Connection: CLOSE\r\n", false, "close"},
      {"1.1", "Connection: x , close\r\n", false, "close"},
      {"1.1", "Connection: x\r\nconnection: close\r\n", false, "close"},
      {"1.1", "Connection: keep-alive, close\r\n", false, "close"},
      {"1.1", "Connection: closed\r\n", true, ""},
      {"1.2", "", true, ""},
      {"1.2", "Connection: close\r\n", false, "close"},
      {"1.0", "", false, "close"},
      {"1.0", "Connection: keep-alive\r\n", true, "keep-alive"},
      {"1.0", "Connection: Keep-Alive\r\n", true, "keep-alive"},
      {"1.0", "Connection: x, keep-alive\r\n", true, "keep-alive"},
      {"1.0", "Connection: keep-alive, close\r\n", false, "close"},
      {"1.0", "Connection: close\r\n", false, "close"},
      {"1.0", "Keep-Alive: timeout=5\r\n", false, "close"},
      {"1.0", "Proxy-Connection: keep-alive\r\n", false, "close"},
  };
  for (const PersistRow& row : table) {
    CAPTURE(row.version);
    CAPTURE(row.fields);
    Peer client = gateway.connect();
    client.send("GET /1 HTTP/" + row.version + "\r\nHost: a\r\n" + row.fields + "\r\n" + get("/2"));
    const Response first = client.read_response();
    CHECK(first.status() == 200);
    CHECK(first.head.starts_with("HTTP/1.1 "));  // the gateway's own version: RFC 9110 section 6.2
    CHECK(first.field("Connection") == row.answered);
    CHECK(first.count("Connection") == (row.answered.empty() ? 0 : 1));
    if (row.stays) {
      CHECK(client.read_response().body == "GET /2 HTTP/1.1");
    } else {
      CHECK(client.read_to_end() == "");  // what was sent behind a last request is not even looked at
    }
  }
  for (const std::string& request : upstream.notes()) CHECK(first_line(request).ends_with(" HTTP/1.1"));
}

TEST_CASE("an answer without a length ends, for HTTP/1.0, with the connection, and for HTTP/1.1 with a chunk") {
  ScriptedUpstream upstream(
      ScriptedUpstream::always("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("hello") + "0\r\n\r\n"));
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer old = gateway.connect();
  old.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const Response response = old.read_response();
  CHECK(response.count("Transfer-Encoding") == 0);
  CHECK(response.count("Content-Length") == 0);
  CHECK(response.field("Connection") == "close");
  CHECK(response.body == "hello");
  CHECK_FALSE(old.is_reset());

  Peer client = gateway.connect();
  for (int i = 0; i < 2; ++i) {
    client.send(get("/"));
    const Response chunked = client.read_response();
    CHECK(chunked.field("Transfer-Encoding") == "chunked");
    CHECK(chunked.body == "hello");
  }
}

TEST_CASE("pipelined requests are answered in their order, however many come in one packet") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  constexpr int count = 200;
  std::string all;
  for (int i = 0; i < count; ++i) {
    const std::string start = " /" + std::to_string(i) + " HTTP/1.1\r\nHost: a\r\n";
    switch (i % 5) {
      case 0: all += "GET" + start + "\r\n"; break;
      case 1: all += "POST" + start + "Content-Length: 7\r\n\r\nGET /x "; break;
      case 2:
        all += "PUT" + start + "Transfer-Encoding: chunked\r\n\r\n" + chunk("GET /y HTTP/1.1\r\n\r\n") + "0\r\n\r\n";
        break;
      case 3: all += "DELETE" + start + "Content-Length: 0\r\n\r\n"; break;
      default: all += "\r\nPATCH" + start + "Transfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n"; break;
    }
  }
  Peer client = gateway.connect();
  client.send(all);
  for (int i = 0; i < count; ++i) {
    CAPTURE(i);
    const std::string methods[] = {"GET", "POST", "PUT", "DELETE", "PATCH"};
    CHECK(client.read_response().body == methods[i % 5] + " /" + std::to_string(i) + " HTTP/1.1");
  }
  CHECK(upstream.notes().size() == count);
}

TEST_CASE("pipelined requests are served one after the other, never two at once") {
  ScriptedUpstream upstream([&](Peer& peer, int number) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      upstream.note(std::to_string(number) + " begins");
      CHECK(peer.read_available() == "");
      upstream.note(std::to_string(number) + " ends");
      peer.send(ok("x"));
    }
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(get("/1") + get("/2") + get("/3"));
  for (int i = 0; i < 3; ++i) CHECK(client.read_response().status() == 200);
  const std::vector<std::string> notes = upstream.notes();
  REQUIRE(notes.size() == 6);
  for (size_t i = 0; i < notes.size(); ++i) CHECK(notes[i].ends_with(i % 2 == 0 ? "begins" : "ends"));
}

TEST_CASE("a refusal in a pipeline that keeps the connection keeps its place in the order") {
  RecordingUpstream upstream;
  const TestGateway gateway("routes:\n  - path: /here\n    methods: [GET]\n    backends: [" + upstream.address() +
                            "]\n");
  Peer client = gateway.connect();
  client.send(get("/here/1") + get("/nowhere") + get("/here/2") + "PUT /here HTTP/1.1\r\nHost: a\r\n\r\n" +
              get("/here/3"));
  CHECK(client.read_response().body == "GET /here/1 HTTP/1.1");
  CHECK(client.read_response().status() == 404);
  CHECK(client.read_response().body == "GET /here/2 HTTP/1.1");
  CHECK(client.read_response().status() == 405);
  CHECK(client.read_response().body == "GET /here/3 HTTP/1.1");
}

// What is sent first has been read, and the thread waits for more of it.
void wait_until_begun(const TestGateway& gateway) {
  CHECK(eventually(
      [&] { return gateway.services().connections.size() == 1 && gateway.services().connections.idle() == 0; }));
}

TEST_CASE("a head may be cut anywhere") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  const std::string request = "\r\nGET /some?x HTTP/1.1\r\nHost: a\r\nXa: b\r\n\r\n";
  for (size_t cut = 1; cut < request.size(); ++cut) {
    CAPTURE(cut);
    CHECK(eventually([&] { return gateway.services().connections.idle() == 1; }));
    client.send(request.substr(0, cut));
    if (cut != 2) wait_until_begun(gateway);  // an empty line alone begins nothing
    client.send(request.substr(cut));
    CHECK(client.read_response().body == "GET /some?x HTTP/1.1");
    CHECK(upstream.request(cut - 1).find("\r\nXa: b\r\n") != std::string::npos);
  }
}

TEST_CASE("a head may come byte by byte, and so may those behind it") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send_byte_by_byte(get("/1") + "POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + get("/3"));
  CHECK(client.read_response().body == "GET /1 HTTP/1.1");
  CHECK(client.read_response().body == "POST /2 HTTP/1.1");
  CHECK(client.read_response().body == "GET /3 HTTP/1.1");
  CHECK(behind_head(upstream.request(1)) == "hello");
}

TEST_CASE("empty lines in front of a request are passed over, before the first one and between others") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("\r\n" + get("/1") + "\r\n\r\n\r\n" + get("/2") +
              "POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab\r\n" + get("/4"));
  for (const std::string line : {"GET /1", "GET /2", "POST /3", "GET /4"}) {
    CHECK(client.read_response().body == line + " HTTP/1.1");
  }
  CHECK(behind_head(upstream.request(2)) == "ab");
}

TEST_CASE("an empty line behind a last body is no request: the connection is idle again") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "header_timeout: 50ms"));
  Peer client = gateway.connect();
  client.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nab\r\n");
  CHECK(client.read_response().status() == 200);
  CHECK(eventually([&] { return gateway.services().connections.idle() == 1; }));
  client.send(get("/2"));
  CHECK(client.read_response().body == "GET /2 HTTP/1.1");
}

TEST_CASE("many connections at once get their own answers") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  std::vector<Peer> clients;
  for (int i = 0; i < 50; ++i) clients.push_back(gateway.connect());
  for (int round = 0; round < 3; ++round) {
    for (size_t i = 0; i < clients.size(); ++i) clients[i].send(get("/" + std::to_string(i)));
    for (size_t i = 0; i < clients.size(); ++i) {
      CHECK(clients[i].read_response().body == "GET /" + std::to_string(i) + " HTTP/1.1");
    }
  }
}

}  // namespace
}  // namespace glassgate
