// The heads that go to the backend, byte by byte. (forwarding_answers_test.cpp: those that go to the client.)
#include "gateway/forwarding.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/test_exchange.h"

namespace glassgate {
namespace {

using test::TestExchange;

const std::string trusting = "server:\n  trusted_proxies: [192.0.2.0/24]\n";
const std::string one_route = "routes: [{path: /, backends: [backend.example:9101]}]\n";

// The head that a request becomes; its trace id is "T", its traceparent "P".
std::string sent_upstream(const std::string& request, const TestExchange::Setup& setup) {
  TestExchange exchange(request, setup);
  REQUIRE_MESSAGE(exchange.x.error == Error::none, exchange.x.detail);
  const Backend& backend = exchange.route();
  exchange.x.trace_id = "T";
  exchange.x.traceparent = "P";
  return std::string(request_head_for(exchange.x, backend));
}

std::string sent_upstream(const std::string& request, bool trusted = false) {
  return sent_upstream(request, {"192.0.2.1", (trusted ? trusting : "") + one_route});
}

// What every request from 192.0.2.1 to the host `h` ends with.
const std::string usual_end =
    "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\nVia: 1.1 glassgate\r\n"
    "X-Request-ID: T\r\ntraceparent: P\r\n";

TEST_CASE("a plain request, whole") {
  CHECK(sent_upstream("GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n") ==
        "GET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n" + usual_end + "\r\n");
}

TEST_CASE("fields keep their order, spelling, duplicates and bytes") {
  const std::string fields =
      "x-b: 2\r\nX-A: 1\r\nX-B: 1\r\ncOOkie: a=b; c=\"d\"\r\nX-Empty: \r\nX-Obs: \x80\xFF\tx  y\r\nCookie: e=f\r\n"
      "Accept:  spaced \t\r\n";
  std::string expected = fields;
  expected.replace(expected.find("Accept:  spaced \t"), 17, "Accept: spaced");
  CHECK(sent_upstream("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n") ==
        "GET / HTTP/1.1\r\nHost: h\r\n" + expected + usual_end + "\r\n");
}

TEST_CASE("hop-by-hop fields, and what Connection names, stay behind; what is protected does not") {
  CHECK(sent_upstream(
            "GET / HTTP/1.1\r\nHost: h\r\nConnection: close, x-mine, Cookie, Host, Via\r\nKeep-Alive: 3\r\n"
            "X-Mine: 1\r\nx-MINE: 2\r\nCookie: a\r\nProxy-Connection: x\r\nProxy-Authorization: x\r\nVia: 1.0 v\r\n"
            "Proxy-Authenticate: x\r\nTE: gzip\r\nTrailer: x\r\nHTTP2-Settings: x\r\nUpgrade: websocket\r\n\r\n") ==
        "GET / HTTP/1.1\r\nHost: h\r\nCookie: a\r\nVia: 1.0 v\r\n" + usual_end + "\r\n");
}

struct TargetRow {
  std::string method;
  std::string target;
  std::string sent;
};

TEST_CASE("the target goes on byte for byte, in origin form") {
  for (const TargetRow& row : std::vector<TargetRow>{{"GET", "/", "/"},
                                                     {"GET", "//a//%2E/b", "//a//%2E/b"},
                                                     {"GET", "/a/./../%61%2F?%zz&&?x", "/a/./../%61%2F?%zz&&?x"},
                                                     {"GET", "/a;b=c|{}\"<>\\^`", "/a;b=c|{}\"<>\\^`"},
                                                     {"GET", "/?", "/?"},
                                                     {"GET", "http://h/a?b", "/a?b"},
                                                     {"GET", "HTTP://h", "/"},
                                                     {"GET", "http://h?b", "/?b"},
                                                     {"OPTIONS", "*", "*"},
                                                     {"OPTIONS", "http://h", "*"},
                                                     {"OPTIONS", "http://h/", "/"},
                                                     {"OPTIONS", "http://h?b", "/?b"}}) {
    CAPTURE(row.target);
    const std::string head = sent_upstream(row.method + " " + row.target + " HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(head.substr(0, head.find("\r\n")) == row.method + " " + row.sent + " HTTP/1.1");
  }
}

TEST_CASE("strip_prefix takes whole segments off the path and leaves the rest and the query as they came") {
  const TestExchange::Setup setup{
      "192.0.2.1", "routes: [{path: /api, strip_prefix: /api, backends: [b:1]}, {path: /, backends: [b:2]}]\n"};
  for (const TargetRow& row : std::vector<TargetRow>{{"GET", "/api/x?y=%2F", "/x?y=%2F"},
                                                     {"GET", "/api", "/"},
                                                     {"GET", "/api?q", "/?q"},
                                                     {"GET", "/api/", "/"},
                                                     {"GET", "/api/%61b/./c", "/%61b/./c"},
                                                     {"GET", "/%61pi/b%20c", "/b%20c"},
                                                     {"GET", "/x/../api/b", "/b"},
                                                     {"GET", "/api/../api/b", "/b"},
                                                     {"GET", "http://h/api/b?c", "/b?c"},
                                                     {"GET", "/apix", "/apix"}}) {
    CAPTURE(row.target);
    const std::string head = sent_upstream("GET " + row.target + " HTTP/1.1\r\nHost: h\r\n\r\n", setup);
    CHECK(head.substr(0, head.find("\r\n")) == "GET " + row.sent + " HTTP/1.1");
  }
}

TEST_CASE("Host goes on as it came, and the authority of an absolute-form target stands above it") {
  CHECK(sent_upstream("GET / HTTP/1.1\r\nhOST:Ex.AMPLE:80\r\n\r\n")
            .starts_with("GET / HTTP/1.1\r\nHost: Ex.AMPLE:80\r\n"));
  const std::string head = sent_upstream("GET http://Other:81/a HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(head.starts_with("GET /a HTTP/1.1\r\nHost: Other:81\r\n"));
  CHECK(head.find("Host: h\r\n") == std::string::npos);
  CHECK(head.find("X-Forwarded-Host: Other:81\r\n") != std::string::npos);
}

TEST_CASE("a request of HTTP/1.0 without Host gets the backend's name, and what 1.0 cannot mean is left out") {
  CHECK(sent_upstream("GET / HTTP/1.0\r\nExpect: 100-continue\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n") ==
        "GET / HTTP/1.1\r\nHost: backend.example:9101\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\n"
        "Via: 1.0 glassgate\r\nX-Request-ID: T\r\ntraceparent: P\r\n\r\n");
}

TEST_CASE("whatever an untrusted client says about where a request came from is dropped") {
  CHECK(sent_upstream(
            "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 127.0.0.1\r\nx-forwarded-proto: https\r\n"
            "X-FORWARDED-HOST: evil\r\nX-Forwarded-Port: 1\r\nX-Forwarded-Prefix: /x\r\nX-Forwarded-Anything: x\r\n"
            "X_Forwarded_For: 127.0.0.1\r\nX-Forwarded_Host: evil\r\nx_real_ip: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n"
            "Forwarded: for=127.0.0.1\r\nX-Forwarder: kept\r\n\r\n") ==
        "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarder: kept\r\n" + usual_end + "\r\n");
}

TEST_CASE("what a trusted proxy says is kept, and its X-Forwarded-For appended to") {
  CHECK(sent_upstream("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 198.51.100.9\r\nX-Forwarded-Proto: https\r\n"
                      "X-Forwarded-Host: www.example.com\r\nX-Forwarded-Port: 443\r\nForwarded: for=198.51.100.9\r\n"
                      "X-Real-IP: 198.51.100.9\r\n\r\n",
                      true) ==
        "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: www.example.com\r\n"
        "X-Forwarded-Port: 443\r\nForwarded: for=198.51.100.9\r\nX-Real-IP: 198.51.100.9\r\n"
        "X-Forwarded-For: 198.51.100.9, 192.0.2.1\r\nVia: 1.1 glassgate\r\nX-Request-ID: T\r\ntraceparent: P\r\n\r\n");
}

TEST_CASE("X-Forwarded-For becomes one line, in the order in which it came") {
  CHECK(sent_upstream("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.1.1.1,2.2.2.2\r\nX-A: b\r\nX-Forwarded-For:\r\n"
                      "x-forwarded-for: 3.3.3.3\r\n\r\n",
                      true)
            .find("X-A: b\r\nX-Forwarded-For: 1.1.1.1,2.2.2.2, 3.3.3.3, 192.0.2.1\r\n") != std::string::npos);
}

TEST_CASE("a forwarding field that is spelled with underscores has passed a trusted proxy unnoticed, and is dropped") {
  CHECK(sent_upstream("GET / HTTP/1.1\r\nHost: h\r\nX_Forwarded_For: 127.0.0.1\r\nX_Forwarded_Proto: https\r\n"
                      "X-Forwarded_Host: evil\r\nX_Real_IP: 127.0.0.1\r\n\r\n",
                      true) == "GET / HTTP/1.1\r\nHost: h\r\n" + usual_end + "\r\n");
}

TEST_CASE("Max-Forwards counts down for OPTIONS and TRACE alone") {
  struct Row {
    std::string method;
    std::string value;
    std::string sent;
  };
  for (const Row& row : std::vector<Row>{{"OPTIONS", "10", "9"},
                                         {"TRACE", "1", "0"},
                                         {"OPTIONS", "007", "6"},
                                         {"TRACE", "18446744073709551615", "18446744073709551614"},
                                         {"GET", "10", "10"},
                                         {"GET", "0", "0"},
                                         {"POST", "junk", "junk"},
                                         {"options", "3", "3"}}) {
    CAPTURE(row.method + " " + row.value);
    const std::string head = sent_upstream(row.method + " / HTTP/1.1\r\nHost: h\r\nmax-FORWARDS: " + row.value +
                                           "\r\n\r\n");
    CHECK(head.find("Host: h\r\nmax-FORWARDS: " + row.sent + "\r\n") != std::string::npos);
  }
}

TEST_CASE("a client's X-Request-ID is replaced by the exchange's, however often and however spelled") {
  CHECK(sent_upstream("GET / HTTP/1.1\r\nHost: h\r\nX-Request-ID: a\r\nx-request-id: b\r\n\r\n") ==
        "GET / HTTP/1.1\r\nHost: h\r\n" + usual_end + "\r\n");
}

TEST_CASE("the framing of the body, and only that, is written anew (I1)") {
  const std::string length = sent_upstream("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
  CHECK(length == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n" + usual_end + "\r\n");
  const std::string chunked = sent_upstream(
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n");
  CHECK(chunked == "POST / HTTP/1.1\r\nHost: h\r\n" + usual_end + "Transfer-Encoding: chunked\r\n\r\n");
  const std::string none = sent_upstream("POST / HTTP/1.1\r\nHost: h\r\nConnection: Content-Length\r\n\r\n");
  CHECK(none == "POST / HTTP/1.1\r\nHost: h\r\n" + usual_end + "\r\n");
}

TEST_CASE("TE goes on as trailers or not at all, and an upgrade but for one to h2c") {
  struct Row {
    std::string fields;
    std::string end;
  };
  const std::string upgrade = "Connection: Upgrade, HTTP2-Settings\r\n";
  for (const Row& row : std::vector<Row>{
           {"TE: trailers\r\n", "TE: trailers\r\nConnection: TE\r\n"},
           {"TE: gzip;q=0.5 , Trailers\r\nConnection: TE\r\n", "TE: trailers\r\nConnection: TE\r\n"},
           {"TE: gzip, deflate\r\n", ""},
           {"TE: \r\n", ""},
           {upgrade + "Upgrade: websocket\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\n"},
           {upgrade + "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n", ""},
           {upgrade + "Upgrade: H2C, websocket, h2\r\n", "Upgrade: websocket\r\nConnection: Upgrade\r\n"},
           {upgrade + "Upgrade: a/1, b\r\nUpgrade: h2c\r\nUpgrade: c\r\n",
            "Upgrade: a/1, b, c\r\nConnection: Upgrade\r\n"},
           {upgrade + "TE: trailers\r\nUpgrade: x\r\n", "TE: trailers\r\nUpgrade: x\r\nConnection: TE, Upgrade\r\n"},
           {"Upgrade: websocket\r\n", ""}}) {
    CAPTURE(row.fields);
    CHECK(sent_upstream("GET / HTTP/1.1\r\nHost: h\r\n" + row.fields + "\r\n") ==
          "GET / HTTP/1.1\r\nHost: h\r\n" + usual_end + row.end + "\r\n");
  }
}

TEST_CASE("Expect goes on in HTTP/1.1") {
  CHECK(sent_upstream("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
            .find("Expect: 100-continue\r\n") != std::string::npos);
}

}  // namespace
}  // namespace glassgate
