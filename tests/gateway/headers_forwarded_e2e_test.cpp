// Where a request came from, as the backend is told: X-Forwarded-*, Host, Via.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

// The fields of the request that reached the backend, from behind Host to the end.
struct Road {
  explicit Road(const std::string& server = "") : gateway(TestGateway::in_front_of({upstream.address()}, server)) {}

  std::string request(const std::string& sent) {
    Peer client = gateway.connect();
    client.send(sent);
    REQUIRE(client.read_response().status() == 200);
    return without_traceparent(upstream.request(n++));
  }
  std::string fields_for(const std::string& fields) {
    const std::string start = "GET / HTTP/1.1\r\nHost: h\r\n";
    const std::string out = request(start + "X-Request-ID: id\r\n" + fields + "\r\n");
    REQUIRE(out.starts_with(start));
    return out.substr(start.size());
  }

  RecordingUpstream upstream;
  TestGateway gateway;
  size_t n = 0;
};

const std::string via_and_id = "Via: 1.1 glassgate\r\nX-Request-ID: id\r\n\r\n";
const std::string told_by_us = "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n" +
                               via_and_id;
const std::string trusting = "trusted_proxies: [127.0.0.1/32]";

TEST_CASE("X-Forwarded-For, -Proto and -Host are begun for a client that sent none") {
  CHECK(Road().fields_for("") == told_by_us);
  CHECK(Road(trusting).fields_for("") == told_by_us);
}

TEST_CASE("whatever an untrusted client claims is replaced or dropped, however it is spelled") {
  Road road("trusted_proxies: [192.0.2.0/24]");
  for (const std::string field :
       {"X-Forwarded-For: 192.0.2.1", "x-forwarded-for: 192.0.2.1, 127.0.0.1", "X-Forwarded-Proto: https",
        "X-Forwarded-Host: evil", "X-Forwarded-Port: 443", "X-Forwarded-Server: x", "X-Forwarded-Prefix: /x",
        "X-Forwarded-Made-Up: x", "X_Forwarded_For: 192.0.2.1", "X_FORWARDED-PROTO: https", "x-forwarded_host: evil",
        "X_Forwarded_Made_Up: x", "Forwarded: for=192.0.2.1;proto=https", "X-Real-IP: 192.0.2.1",
        "X_Real_IP: 192.0.2.1"}) {
    CAPTURE(field);
    CHECK(road.fields_for(field + "\r\n" + field + "\r\n") == told_by_us);
    CHECK(road.fields_for("X-A: 1\r\n" + field + "\r\nX-B: 2\r\n") == "X-A: 1\r\nX-B: 2\r\n" + told_by_us);
  }
}

TEST_CASE("what a trusted proxy says is kept, and the list of addresses appended to") {
  Road road(trusting);
  CHECK(road.fields_for("X-Forwarded-For: 198.51.100.9, 10.0.0.1\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: w\r\n"
                        "X-Forwarded-Port: 443\r\nForwarded: for=198.51.100.9\r\nX-Real-IP: 198.51.100.9\r\n") ==
        "X-Forwarded-Proto: https\r\nX-Forwarded-Host: w\r\nX-Forwarded-Port: 443\r\nForwarded: for=198.51.100.9\r\n"
        "X-Real-IP: 198.51.100.9\r\nX-Forwarded-For: 198.51.100.9, 10.0.0.1, 127.0.0.1\r\n" +
            via_and_id);
  CHECK(road.fields_for("X-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n") ==
        "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: h\r\n" +
            via_and_id);
  CHECK(road.fields_for("X_Forwarded_For: 6.6.6.6\r\nX_Forwarded_Proto: https\r\nX_Real_IP: 6.6.6.6\r\n") ==
        told_by_us);
}

TEST_CASE("the client's address, for the log, is the last one that is not trusted") {
  struct Row {
    std::string server;
    std::string field;
    std::string client_ip;
  };
  for (const Row& row :
       std::vector<Row>{{"", "X-Forwarded-For: 198.51.100.9", "127.0.0.1"},
                        {trusting, "X-Forwarded-For: 6.6.6.6, 198.51.100.9", "198.51.100.9"},
                        {trusting, "X-Forwarded-For: 198.51.100.9\r\nX_Forwarded_For: 6.6.6.6", "198.51.100.9"},
                        {trusting, "X-Forwarded-For: junk", "127.0.0.1"},
                        {"trusted_proxies: [127.0.0.0/8, 10.0.0.0/8]",
                         "X-Forwarded-For: 6.6.6.6, 2001:db8::7, 10.9.9.9", "2001:db8::7"}}) {
    CAPTURE(row.field);
    Road road(row.server);
    road.fields_for(row.field + "\r\n");
    CHECK(json_field(road.gateway.wait_for_access_lines(1)[0], "client_ip") == row.client_ip);
  }
}

TEST_CASE("Host goes through as it came") {
  Road road;
  for (const std::string host :
       {"h", "Ex-Ample.COM", "h:9000", "[::1]:80", "192.0.2.1:1", "a_b.example", "%41.example"}) {
    CAPTURE(host);
    const std::string request = road.request("GET / HTTP/1.1\r\nHOST:  " + host + "\t\r\nX-A: 1\r\n\r\n");
    CHECK(request.starts_with("GET / HTTP/1.1\r\nHost: " + host + "\r\nX-A: 1\r\n"));
    CHECK(request.find("X-Forwarded-Host: " + host + "\r\n") != std::string::npos);
  }
}

TEST_CASE("the authority of an absolute-form target wins over Host, and origin form goes upstream") {
  Road road;
  const std::string request = road.request("GET http://Other.example:81/a?b HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(request.starts_with("GET /a?b HTTP/1.1\r\nHost: Other.example:81\r\nX-Forwarded-For: 127.0.0.1\r\n"));
  CHECK(request.find("X-Forwarded-Host: Other.example:81\r\n") != std::string::npos);
  CHECK(road.request("GET http://o HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("GET / HTTP/1.1\r\nHost: o\r\n"));
  CHECK(road.request("OPTIONS http://o HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("OPTIONS * HTTP/1.1\r\nHost: o\r\n"));
  CHECK(road.request("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").starts_with("OPTIONS * HTTP/1.1\r\nHost: h\r\n"));
}

TEST_CASE("a client of HTTP/1.0 may have no Host: the backend gets its own name, and Via says 1.0") {
  Road road;
  CHECK(road.request("GET / HTTP/1.0\r\nX-Request-ID: id\r\n\r\n") ==
        "GET / HTTP/1.1\r\nHost: " + road.upstream.address() +
            "\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nVia: 1.0 glassgate\r\nX-Request-ID: "
            "id\r\n\r\n");
}

TEST_CASE("Via is appended, behind those that are there") {
  CHECK(Road().fields_for("via: 1.0 first, HTTP/1.1 second\r\nX-A: 1\r\nVia: 1.1 third\r\n") ==
        "via: 1.0 first, HTTP/1.1 second\r\nX-A: 1\r\nVia: 1.1 third\r\n" + told_by_us);
}

}  // namespace
}  // namespace glassgate::test
