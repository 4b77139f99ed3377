// Request bodies on their way: on any method, in either framing, streamed, and cut.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/refusals.h"

namespace glassgate {
namespace {

using namespace test;

const std::string chunked_fields = "Transfer-Encoding: chunked\r\n\r\n";

std::string start(const std::string& method) {
  return method + " /x HTTP/1.1\r\nHost: a\r\n";
}

std::string post_chunked(const std::string& body) {
  return start("POST") + chunked_fields + body;
}

// What the chunks of a raw body hold; "?" where they are no chunks up to and with the last one.
std::string unchunked(const std::string& raw) {
  std::string out;
  size_t at = 0;
  for (;;) {
    const size_t line = raw.find("\r\n", at);
    if (line == std::string::npos) return "?";
    const size_t size = std::stoul(raw.substr(at, line - at), nullptr, 16);
    if (size == 0) return raw.substr(line) == "\r\n\r\n" ? out : "?";
    out += raw.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
}

size_t count_of(const std::string& text, const std::string& part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

TEST_CASE("a body goes with any method, by length and in chunks, and never becomes a request") {
  const std::string body = "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n";
  for (const std::string method :
       {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "PROPFIND", "QUERY", "X"}) {
    CAPTURE(method);
    RecordingUpstream upstream;
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(start(method) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body +  //
                start(method) + chunked_fields + chunk(body) + "0\r\n\r\n" + start("LAST") + "\r\n");
    for (int i = 0; i < 2; ++i) CHECK(client.read_response(method == "HEAD").status() == 200);
    CHECK(client.read_response().body == "LAST /x HTTP/1.1");
    CHECK(behind_head(upstream.request(0)) == body);
    CHECK(count_of(upstream.request(0), "Content-Length: " + std::to_string(body.size()) + "\r\n") == 1);
    CHECK(count_of(upstream.request(0), "Transfer-Encoding") == 0);
    CHECK(unchunked(behind_head(upstream.request(1))) == body);
    CHECK(count_of(upstream.request(1), "Transfer-Encoding: chunked\r\n") == 1);
    CHECK(count_of(upstream.request(1), "Content-Length") == 0);
    CHECK(upstream.notes().size() == 3);
  }
}

TEST_CASE("a body without bytes keeps the framing that it came in") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(start("POST") + "Content-Length: 0\r\n\r\n" + post_chunked("0\r\n\r\n") + start("POST") + "\r\n");
  for (int i = 0; i < 3; ++i) CHECK(client.read_response().status() == 200);
  CHECK(count_of(upstream.request(0), "\r\nContent-Length: 0\r\n") == 1);
  CHECK(behind_head(upstream.request(1)) == "0\r\n\r\n");
  CHECK(count_of(upstream.request(2), "Content-Length") == 0);
  CHECK(count_of(upstream.request(2), "Transfer-Encoding") == 0);
}

TEST_CASE("chunk extensions and the sizes of chunks are the client's own and do not travel on") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(post_chunked("5;secret\r\nhello\r\n0006 ; x=\"0\\\"; y\"\r\n world\r\n1;;\r\n!\r\n0;last=1\r\n\r\n"));
  CHECK(client.read_response().status() == 200);
  CHECK(behind_head(upstream.request(0)) == chunk("hello world!") + "0\r\n\r\n");
}

TEST_CASE("a chunked body may be cut anywhere") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  const std::string request = post_chunked("5;x\r\nhello\r\n11\r\n, whole wide worl\r\n1\r\nd\r\n0\r\nA: b\r\n\r\n");
  client.send_byte_by_byte(request + request);
  for (size_t i = 0; i < 2; ++i) {
    CHECK(client.read_response().status() == 200);
    const std::string body = behind_head(upstream.request(i));
    CHECK(body.ends_with("\r\n0\r\nA: b\r\n\r\n"));
    CHECK(unchunked(body.substr(0, body.size() - 8) + "\r\n") == "hello, whole wide world");
  }
}

TEST_CASE("trailers travel on, but for those that frame, route, authenticate or describe") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  const std::string forbidden =
      "Content-Length: 5\r\nTransfer-Encoding: chunked\r\nHost: evil\r\nAuthorization: x\r\nCookie: a=b\r\nConnection: "
      "close\r\n"
      "TE: trailers\r\nTrailer: x\r\nUpgrade: h2c\r\nContent-Type: text/html\r\nContent-Encoding: "
      "gzip\r\nContent-Range: x\r\n"
      "Cache-Control: no-store\r\nSet-Cookie: a=b\r\nExpect: 100-continue\r\nMax-Forwards: 0\r\nX-Forwarded-For: "
      "1.2.3.4\r\n"
      "X-Request-ID: x\r\nProxy-Authorization: x\r\nKeep-Alive: x\r\nVia: x\r\nForwarded: for=x\r\n";
  client.send(post_chunked(chunk("hello") + "0\r\nX-Checksum:\t abc \r\n" + forbidden + "Etag: \"y\"\r\n\r\n"));
  CHECK(client.read_response().status() == 200);
  CHECK(behind_head(upstream.request(0)) == chunk("hello") + "0\r\nX-Checksum: abc\r\nEtag: \"y\"\r\n\r\n");
  client.send(post_chunked(chunk("hello") + "0\r\n" + forbidden + "\r\n"));
  CHECK(client.read_response().status() == 200);
  CHECK(behind_head(upstream.request(1)) == chunk("hello") + "0\r\n\r\n");
}

TEST_CASE("malformed chunks that come with the head are refused, and nothing is sent to the backend") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  size_t lines = 0;
  for (const std::string body : {"\r\n",
                                 "x\r\n",
                                 "-5\r\n",
                                 "+5\r\n",
                                 "0x5\r\n",
                                 " 5\r\nhello\r\n",
                                 "5 \r\nhello\r\n",
                                 "5\nhello\r\n",
                                 "5\r\nhello0\r\n\r\n",
                                 "5\r\nhelloX\r\n",
                                 "5\r\nhello\n0\r\n\r\n",
                                 "5\r\nhello\r0\r\n\r\n",
                                 "5;x\nhello\r\n",
                                 "5;x\ry\r\nhello\r\n",
                                 "ffffffffffffffff\r\n",
                                 "10000000000000005\r\nhello\r\n",
                                 "0\r\nA : b\r\n\r\n",
                                 "0\r\nA\r\n\r\n",
                                 "0\r\n A: b\r\n\r\n",
                                 "0\r\nA: b\n\r\n",
                                 "0\r\n\n",
                                 "0\r\nA: b\rc\r\n\r\n",
                                 "0\r\n: b\r\n\r\n",
                                 "0\r\nA: b\r\n c\r\n\r\n",
                                 "5\r\nhello\r\n;\r\n"}) {
    CAPTURE(body);
    Peer client = gateway.connect();
    client.send(post_chunked(body) + "GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n");
    const Response response = client.read_response();
    check_error_answer(response, 400, "malformed_body");
    CHECK(response.field("Connection") == "close");
    CHECK(client.read_to_end() == "");
    client.close();
    CHECK(json_field(gateway.wait_for_access_lines(++lines).back(), "error") == "malformed_body");
  }
  CHECK(upstream.notes().empty());
}

TEST_CASE("trailers beyond the limits of a head are refused") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}, "max_header_bytes: 256\n  max_headers: 3"));
  for (const std::string& trailers :
       {"A: " + std::string(300, 'x') + "\r\n", std::string("A: b\r\nA: b\r\nA: b\r\nA: b\r\n")}) {
    CAPTURE(trailers);
    Peer client = gateway.connect();
    client.send(post_chunked(chunk("hello") + "0\r\n" + trailers + "\r\n"));
    check_error_answer(client.read_response(), 400, "malformed_body");
  }
  CHECK(upstream.notes().empty());
}

// Notes the head, then what it can read of the body.
ScriptedUpstream::Script noting_body(size_t first_bytes, ScriptedUpstream& upstream) {
  return [first_bytes, &upstream](Peer& peer, int) {
    upstream.note(first_line(peer.read_head()));
    upstream.note(peer.read_exactly(first_bytes));
    upstream.note(peer.read_to_end());
  };
}

TEST_CASE("malformed chunks that come later end the request, and the backend sees it without an end") {
  const std::string first = chunk("hello");
  ScriptedUpstream upstream(noting_body(first.size(), upstream));
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(post_chunked(first));
  CHECK(upstream.wait_for_notes(2)[1] == first);
  client.send("zz\r\n0\r\n\r\n");
  const Response response = client.read_response();
  check_error_answer(response, 400, "malformed_body");
  CHECK(response.field("Connection") == "close");
  CHECK(client.read_to_end() == "");
  CHECK(upstream.wait_for_notes(3)[2] == "");
}

TEST_CASE("a client that ends inside a body is told, if it still listens, and the backend sees no end either") {
  for (const bool with_length : {true, false}) {
    CAPTURE(with_length);
    const std::string first = with_length ? "hello" : chunk("hello");
    ScriptedUpstream upstream(noting_body(first.size(), upstream));
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(with_length ? start("POST") + "Content-Length: 10\r\n\r\n" + first : post_chunked(first));
    CHECK(upstream.wait_for_notes(2)[1] == first);
    client.shutdown_write();
    const Response response = client.read_response();
    check_error_answer(response, 400, "request_cut");
    CHECK(response.field("Connection") == "close");
    CHECK(client.read_to_end() == "");
    CHECK(upstream.wait_for_notes(3)[2] == "");
    CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "request_cut");
    CHECK(json_field(gateway.wait_for_access_lines(1)[0], "bytes_in") == "5");
  }
}

TEST_CASE("a client that is reset inside a body leaves one line in the log, and the next client is served") {
  ScriptedUpstream upstream(noting_body(5, upstream));
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(start("POST") + "Content-Length: 10\r\n\r\nhello");
  upstream.wait_for_notes(2);
  client.reset();
  CHECK(upstream.wait_for_notes(3)[2] == "");
  CHECK(json_field(gateway.wait_for_access_lines(1)[0], "error") == "request_cut");
  Peer next = gateway.connect();
  next.send(start("POST") + "Content-Length: 5\r\n\r\nhello");
  CHECK(upstream.wait_for_notes(5)[4] == "hello");
}

TEST_CASE("a body is streamed: its beginning is at the backend while the client still has its end") {
  for (const bool with_length : {true, false}) {
    CAPTURE(with_length);
    const std::string first = with_length ? "hello" : chunk("hello");
    const std::string rest = with_length ? " world" : chunk(" world") + "0\r\n\r\n";
    ScriptedUpstream upstream([&](Peer& peer, int) {
      upstream.note(peer.read_head());
      upstream.note(peer.read_exactly(first.size()));
      upstream.note(peer.read_exactly(rest.size()));
      peer.send(ok("done"));
      peer.ends();
    });
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(start("PUT") + (with_length ? "Content-Length: 11\r\n\r\n" : chunked_fields));
    upstream.wait_for_notes(1);
    client.send(first);
    CHECK(upstream.wait_for_notes(2)[1] == first);
    client.send(rest);
    CHECK(upstream.wait_for_notes(3)[2] == rest);
    CHECK(client.read_response().body == "done");
  }
}

}  // namespace
}  // namespace glassgate
