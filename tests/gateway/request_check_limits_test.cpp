// The limits of a request: 414, 431, 413, 408. What is within passes, what is over is refused, however it comes.
#include <doctest/doctest.h>

#include <string>

#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;

constexpr size_t max_head = 512;

std::string with_limits(const ScriptedUpstream& upstream, const std::string& server) {
  return TestGateway::in_front_of({upstream.address()}, server);
}

// A head of exactly that many bytes, the line behind it whole: `line` of them are the request line.
std::string head_of(size_t size, size_t line) {
  const std::string tail = "Host: a\r\nA: \r\n\r\n";
  std::string out = "GET /" + std::string(line - 16, 'x') + " HTTP/1.1\r\nHost: a\r\nA: ";
  return out.append(size - line - tail.size(), 'y').append("\r\n\r\n");
}

// `one_by_one`: as far as the kernel lets itself be asked.
Response ask(const TestGateway& gateway, const std::string& request, bool one_by_one) {
  Peer client = gateway.connect();
  one_by_one ? client.send_byte_by_byte(request) : client.send(request);
  return client.read_response();
}

TEST_CASE("a head over max_header_bytes is refused: 431, or 414 where the request line alone is over it") {
  RecordingUpstream upstream;
  const TestGateway gateway(with_limits(upstream, "max_header_bytes: " + std::to_string(max_head)));
  const std::string line_over = "GET /" + std::string(max_head - 15, 'x') +
                                " HTTP/1.1\r\nHost: a\r\n\r\n";  // by one byte
  for (const bool one_by_one : {false, true}) {
    CAPTURE(one_by_one);
    CHECK(ask(gateway, head_of(max_head, 30), one_by_one).status() == 200);
    CHECK(ask(gateway, head_of(max_head, max_head - 20), one_by_one).status() == 200);
    check_error_answer(ask(gateway, head_of(max_head + 1, 30), one_by_one), 431, "head_too_large");
    check_error_answer(ask(gateway, head_of(max_head + 1, max_head - 20), one_by_one), 431, "head_too_large");
    check_error_answer(ask(gateway, line_over, one_by_one), 414, "uri_too_long");
  }
  CHECK(upstream.notes().size() == 4);
}

TEST_CASE("over the limit, the connection ends, the log has one line, and nothing reaches the backend") {
  RecordingUpstream upstream;
  const TestGateway gateway(with_limits(upstream, "max_header_bytes: 512\n  max_headers: 5"));
  const std::string line = "GET / HTTP/1.1\r\n";
  const std::string hidden = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  check_refusals(
      gateway,
      {
          {"a long line", "GET /" + std::string(600, 'x') + " HTTP/1.1\r\n", 414, "uri_too_long"},
          {"a line without an end", std::string(600, 'x'), 414, "uri_too_long"},
          {"a very long line", "GET /" + std::string(100'000, 'x'), 414, "uri_too_long"},
          {"many empty lines",
           [] {
             std::string lines;
             for (int i = 0; i < 300; ++i) lines += "\r\n";
             return lines;
           }() +
               line + "Host: a\r\n\r\n",
           414, "uri_too_long"},
          {"a long value", line + "Host: a\r\nA: " + std::string(600, 'x'), 431, "head_too_large"},
          {"a long name", line + "Host: a\r\n" + std::string(600, 'x'), 431, "head_too_large"},
          {"a whole head and more", line + "Host: a\r\nA: " + std::string(600, 'x') + "\r\n\r\n" + hidden, 431,
           "head_too_large"},
          {"six fields", line + "Host: a\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n" + hidden, 431,
           "head_too_large"},
          {"empty ones", line + "Host: a\r\nA:\r\nB:\r\nC:\r\nD:\r\nE:\r\n\r\n" + hidden, 431, "head_too_large"},
      });
  CHECK(upstream.connections() == 0);
  const std::string five = line + "Host: a\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n";
  CHECK(ask(gateway, five, false).status() == 200);
}

TEST_CASE("a declared length over max_body_bytes is refused before a byte of it is read: 413") {
  RecordingUpstream upstream;
  const TestGateway gateway(with_limits(upstream, "max_body_bytes: 10"));
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ";
  check_refusals(gateway,
                 {
                     {"one over", start + "11\r\n\r\nhello world", 413, "body_too_large"},
                     {"nothing of it sent", start + "11\r\n\r\n", 413, "body_too_large"},
                     {"the most that there is", start + "9223372036854775807\r\n\r\n", 413, "body_too_large"},
                     {"waiting to be asked", start + "11\r\nExpect: 100-continue\r\n\r\n", 413, "body_too_large"},
                 });
  CHECK(upstream.connections() == 0);
  CHECK(ask(gateway, start + "10\r\n\r\nhello worl", false).status() == 200);
  CHECK(behind_head(upstream.request(0)) == "hello worl");
}

TEST_CASE("chunks over max_body_bytes are refused when they are over: 413") {
  RecordingUpstream upstream;
  const TestGateway gateway(with_limits(upstream, "max_body_bytes: 10"));
  const std::string start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string& body :
       {chunk("hello world"), chunk("hello") + chunk("worlds"), chunk("hello world") + "0\r\n\r\n"}) {
    CAPTURE(body);
    check_error_answer(ask(gateway, start + body, false), 413, "body_too_large");
    check_error_answer(ask(gateway, start + body, true), 413, "body_too_large");
  }
  const std::string within = start + chunk("hello") + chunk("worl") + chunk("d") + "0\r\n\r\n";
  CHECK(ask(gateway, within, false).status() == 200);
  CHECK(ask(gateway, within, true).status() == 200);
  for (const std::string& line : gateway.wait_for_access_lines(8)) {
    CHECK(json_field(line, "error") == (json_field(line, "status") == "413" ? "body_too_large" : "-"));
  }
}

TEST_CASE("chunks that go over max_body_bytes on their way: 413, and the backend's request stays without an end") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    upstream.note(first_line(peer.read_head()));
    upstream.note(peer.read_exactly(chunk("hello").size()));
    upstream.note(peer.read_to_end());
  });
  const TestGateway gateway(with_limits(upstream, "max_body_bytes: 10"));
  Peer client = gateway.connect();
  client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("hello"));
  CHECK(upstream.wait_for_notes(2)[1] == chunk("hello"));
  client.send(chunk("world!"));
  const Response response = client.read_response();
  check_error_answer(response, 413, "body_too_large");
  CHECK(response.field("Connection") == "close");
  CHECK(client.read_to_end() == "");
  CHECK(upstream.wait_for_notes(3)[2] == "");
  CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "body_too_large");
}

TEST_CASE("a head that is not complete within header_timeout is answered 408 and the connection ends") {
  RecordingUpstream upstream;
  const TestGateway gateway(with_limits(upstream, "header_timeout: 100ms"));
  check_refusals(gateway, {
                              {"one byte", "G", 408, "request_timeout"},
                              {"half an empty line", "\r", 408, "request_timeout"},
                              {"half a line", "GET / HT", 408, "request_timeout"},
                              {"a line", "GET / HTTP/1.1\r\n", 408, "request_timeout"},
                              {"all but the end", "GET / HTTP/1.1\r\nHost: a\r\n", 408, "request_timeout"},
                              {"half an end", "GET / HTTP/1.1\r\nHost: a\r\n\r", 408, "request_timeout"},
                              {"a HEAD", "HEAD / HTTP/1.1\r\nHost: a\r\n", 408, "request_timeout"},
                          });
  CHECK(upstream.connections() == 0);
}

TEST_CASE("header_timeout is a total: a client that sends byte after byte is answered 408 too") {
  RecordingUpstream upstream;
  const TestGateway gateway(with_limits(upstream, "header_timeout: 100ms\n  max_header_bytes: 16MiB"));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nA: ");
  std::string answer;
  while (answer.empty() && client.send("b")) answer = client.read_available();
  answer += client.read_to_end();
  CHECK(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"));
  client.close();
  CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "request_timeout");
  CHECK(upstream.connections() == 0);
}

TEST_CASE("the deadline of a head begins anew with each request") {
  RecordingUpstream upstream;
  const TestGateway gateway(with_limits(upstream, "header_timeout: 150ms"));
  Peer client = gateway.connect();
  for (int i = 0; i < 3; ++i) {
    client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(client.read_response().status() == 200);
  }
  client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET");  // answered, and then the rest of the next one does not come
  CHECK(client.read_response().status() == 200);
  CHECK(client.read_response().status() == 408);
  CHECK(client.read_to_end() == "");
}

TEST_CASE("a body that stops for body_timeout is answered 408 and the connection ends, however little is missing") {
  for (const std::string request :
       {"Content-Length: 10\r\n\r\nhello", "Content-Length: 10\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\nhel",
        "Transfer-Encoding: chunked\r\n\r\n"}) {
    CAPTURE(request);
    RecordingUpstream upstream;
    const TestGateway gateway(with_limits(upstream, "body_timeout: 100ms"));
    Peer client = gateway.connect();
    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + request);
    const Response response = client.read_response();
    check_error_answer(response, 408, "request_timeout");
    CHECK(response.field("Connection") == "close");
    CHECK(client.read_to_end() == "");
    CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "request_timeout");
  }
}

}  // namespace
}  // namespace glassgate
