// Bodies that nobody read (I2): read to their end within bounds, or the connection ends; never the next request.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;

constexpr size_t most_that_is_dropped = 256 * 1024;

const std::string hidden = "GET /here/hidden HTTP/1.1\r\nHost: a\r\n\r\n";

// Takes GET and HEAD of /here; all else is the gateway's to answer.
std::string one_route(const ScriptedUpstream& upstream) {
  return "routes:\n  - path: /here\n    methods: [GET, HEAD]\n    backends: [" + upstream.address() + "]\n";
}

std::string with_length(const std::string& start, size_t length, const std::string& fields = "") {
  return start + " HTTP/1.1\r\nHost: a\r\n" + fields + "Content-Length: " + std::to_string(length) + "\r\n\r\n";
}

// `body_size` bytes that are requests, if anybody takes them for some.
std::string body_of_requests(size_t body_size) {
  std::string body;
  while (body.size() < body_size) body += hidden;
  return body.substr(0, body_size);
}

struct Row {
  std::string start;
  int status;
};

const std::vector<Row> unread{{"POST /nowhere", 404}, {"GET /nowhere", 404}, {"PUT /here", 405}, {"DELETE /here", 405}};

TEST_CASE("a small body that nobody read is dropped, and the connection goes on (I2)") {
  RecordingUpstream upstream;
  const TestGateway gateway(one_route(upstream));
  for (const Row& row : unread) {
    for (const size_t size : {size_t{1}, hidden.size(), size_t{10'000}, most_that_is_dropped}) {
      CAPTURE(row.start);
      CAPTURE(size);
      Peer client = gateway.connect();
      client.send(with_length(row.start, size) + body_of_requests(size) + "GET /here/next HTTP/1.1\r\nHost: a\r\n\r\n");
      const Response response = client.read_response();
      CHECK(response.status() == row.status);
      CHECK(response.count("Connection") == 0);
      CHECK(client.read_response().body == "GET /here/next HTTP/1.1");
    }
  }
  for (const std::string& request : upstream.notes()) CHECK(first_line(request) == "GET /here/next HTTP/1.1");
}

TEST_CASE("the answer comes before the body, and the body may still come after it (I2)") {
  RecordingUpstream upstream;
  const TestGateway gateway(one_route(upstream));
  for (const Row& row : unread) {
    CAPTURE(row.start);
    Peer client = gateway.connect();
    client.send(with_length(row.start, hidden.size()));
    CHECK(client.read_response().status() == row.status);
    client.send_byte_by_byte(hidden + "GET /here/next HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_response().body == "GET /here/next HTTP/1.1");
  }
  CHECK(upstream.notes().size() == unread.size());
}

TEST_CASE("a large body, or one of unknown size, ends the connection with the answer (I2)") {
  RecordingUpstream upstream;
  const TestGateway gateway(one_route(upstream));
  const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n" + chunk(hidden);
  for (const Row& row : unread) {
    CAPTURE(row.start);
    for (const std::string& request :
         {with_length(row.start, most_that_is_dropped + 1) + hidden, with_length(row.start, 1'000'000'000'000) + hidden,
          row.start + " HTTP/1.1\r\nHost: a\r\n" + chunked,
          row.start + " HTTP/1.1\r\nHost: a\r\n" + chunked + "0\r\n\r\n" + hidden,
          with_length(row.start, hidden.size(), "Expect: 100-continue\r\n"),
          with_length(row.start, hidden.size(), "Expect: 100-continue\r\n") + hidden + hidden}) {
      CAPTURE(request);
      Peer client = gateway.connect();
      client.send(request);
      const Response response = client.read_response();
      CHECK(response.status() == row.status);
      CHECK(response.field("Connection") == "close");
      CHECK(client.read_to_end() == "");
      CHECK_FALSE(client.is_reset());
    }
  }
  CHECK(upstream.connections() == 0);
}

TEST_CASE("a client that sends on is not reset before it could read its answer (I2)") {
  RecordingUpstream upstream;
  const TestGateway gateway(one_route(upstream));
  Peer client = gateway.connect();
  client.send(with_length("POST /nowhere", 100'000'000));
  for (int i = 0; i < 10; ++i) CHECK(client.send(std::string(50'000, 'x')));
  CHECK(client.read_response().status() == 404);
  CHECK(client.send(std::string(100'000, 'x')));
  CHECK(client.read_to_end() == "");
  CHECK_FALSE(client.is_reset());
}

TEST_CASE("a client that sends requests behind the last one that is answered is not reset either (I2)") {
  RecordingUpstream upstream;
  const TestGateway gateway(one_route(upstream));
  const std::string last = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  for (const Row& row : {Row{"GET /here" + last + hidden, 200}, Row{"GET /nowhere" + last, 404}}) {
    CAPTURE(row.start);
    Peer client = gateway.connect();
    client.send(row.start);
    CHECK(client.read_response().status() == row.status);
    CHECK(client.read_to_end() == "");
    for (int i = 0; i < 10; ++i) CHECK(client.send(hidden));
  }
  CHECK(upstream.notes().size() == 1);
}

TEST_CASE("a body that ends early behind its answer ends the connection (I2)") {
  RecordingUpstream upstream;
  const TestGateway gateway(one_route(upstream));
  const std::string answers = gateway.exchange(with_length("POST /nowhere", 1000) + hidden);
  CHECK(answers.starts_with("HTTP/1.1 404 "));
  CHECK(answers.find("HTTP/1.1", 1) == std::string::npos);
  CHECK(upstream.connections() == 0);
  CHECK(gateway.wait_for_access_lines(1).size() == 1);
}

TEST_CASE("what an early answer of the backend leaves of a body is no request either (I2)") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    upstream.note(first_line(peer.read_head()));
    peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno");
    peer.ends();
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(with_length("POST /1", hidden.size() * 2) + hidden);
  const Response first = client.read_response();
  CHECK(first.status() == 403);
  CHECK(first.count("Connection") == 0);
  client.send(hidden + with_length("POST /2", 1'000'000) + hidden);
  const Response second = client.read_response();
  CHECK(second.status() == 403);
  CHECK(second.field("Connection") == "close");
  CHECK(client.read_to_end() == "");
  CHECK(upstream.notes() == std::vector<std::string>{"POST /1 HTTP/1.1", "POST /2 HTTP/1.1"});
}

TEST_CASE("bodies are dropped one after the other, and counted as read or not as they were (I2)") {
  RecordingUpstream upstream;
  const TestGateway gateway(one_route(upstream));
  Peer client = gateway.connect();
  std::string all;
  for (int i = 0; i < 20; ++i) all += with_length("POST /nowhere", hidden.size()) + hidden;
  client.send(all + "GET /here HTTP/1.1\r\nHost: a\r\n\r\n");
  for (int i = 0; i < 20; ++i) CHECK(client.read_response().status() == 404);
  CHECK(client.read_response().body == "GET /here HTTP/1.1");
  CHECK(gateway.wait_for_access_lines(21).size() == 21);
}

}  // namespace
}  // namespace glassgate
