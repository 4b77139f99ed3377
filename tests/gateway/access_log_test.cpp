#include "gateway/access_log.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/answers.h"
#include "support/json_reader.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using test::Json;
using test::json_of;
using test::TestExchange;

void nothing(Exchange&) {}
void answered(Exchange& x) {
  answer_with(x, 200, "text/plain", "hello");
}
void refused(Exchange& x) {
  x.error = Error::no_route;
  x.detail = "a word more";
  answer_error(x);
}

const std::string plain_request = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";

Json line_of(TestExchange& exchange, Handler handler) {
  exchange.x.client_ip = "198.51.100.9";
  exchange.x.trace_id = "T";
  exchange.x.traceparent = "P";
  access_log(exchange.x, Next({}, handler));
  const auto lines = exchange.close_log();
  REQUIRE(lines.size() == 1);
  return json_of(lines[0]);
}

TEST_CASE("a line has its names, always the same and in the same order") {
  const std::vector<std::string> names{"time",        "level",      "event",    "method",    "host",      "path",
                                       "status",      "latency_ms", "bytes_in", "bytes_out", "client_ip", "trace_id",
                                       "traceparent", "route",      "upstream", "backend",   "attempts",  "error"};
  TestExchange exchange(plain_request);
  CHECK(line_of(exchange, answered).names == names);
  TestExchange unread("nonsense\r\n\r\n");
  auto with_detail = names;
  with_detail.emplace_back("detail");
  CHECK(line_of(unread, nothing).names == with_detail);
}

TEST_CASE("what only some requests have stands in their lines alone") {
  TestExchange exchange(plain_request);
  exchange.route();
  exchange.x.upstream_latency = std::chrono::microseconds(1250);
  exchange.x.first_failure = {exchange.x.backend, Error::backend_timeout};
  exchange.x.client_ended_first = true;
  const Json line = line_of(exchange, answered);
  CHECK(line.at("upstream_latency_ms").text == "1.250");
  CHECK(line.at("first_backend").text == "backend.example:9101");
  CHECK(line.at("first_error").text == "backend_timeout");
  CHECK(line.at("client_ended_first").text == "true");
}

TEST_CASE("whatever a client sends, its line has less than 16 KiB, and is JSON") {
  for (const char byte : {'a', '"', '\x01', '\xff'}) {
    CAPTURE(byte);
    const std::string much(60000, byte);
    TestExchange path("GET /" + much + "?q HTTP/1.1\r\nHost: h\r\n\r\n");
    TestExchange host("GET / HTTP/1.1\r\nHost: " + much + "\r\n\r\n");
    TestExchange method(much + " / HTTP/1.1\r\nHost: h\r\n\r\n");
    for (TestExchange* exchange : {&path, &host, &method}) {
      access_log(exchange->x, Next({}, nothing));
      const auto lines = exchange->close_log();
      REQUIRE(lines.size() == 1);
      CHECK(lines[0].size() < 16384);
      CHECK(json_of(lines[0]).at("event").text == "access");
    }
  }
}

TEST_CASE("a request that was answered: every field says what happened") {
  TestExchange exchange("GET /a%20b/../c?secret=1 HTTP/1.1\r\nHost: h\r\n\r\n");
  exchange.route();
  exchange.x.attempts = 2;
  exchange.clock.advance(std::chrono::microseconds(1500));
  const Json line = line_of(exchange, answered);
  CHECK(line.at("time").text == "2024-02-29T13:00:00.000Z");  // when it began
  CHECK(line.at("level").text == "info");
  CHECK(line.at("event").text == "access");
  CHECK(line.at("method").text == "GET");
  CHECK(line.at("host").text == "h");
  CHECK(line.at("path").text == "/a%20b/../c");  // raw, and without the query
  CHECK(line.at("status").text == "200");
  CHECK(line.at("status").kind == Json::Kind::number);
  CHECK(line.at("latency_ms").text == "1.500");
  CHECK(line.at("bytes_in").text == "0");
  CHECK(line.at("bytes_out").text == "5");
  CHECK(line.at("client_ip").text == "198.51.100.9");
  CHECK(line.at("trace_id").text == "T");
  CHECK(line.at("traceparent").text == "P");
  CHECK(line.at("route").text == "/");
  CHECK(line.at("upstream").text == "/");
  CHECK(line.at("backend").text == "backend.example:9101");
  CHECK(line.at("attempts").text == "2");
  CHECK(line.at("error").text == "-");
}

TEST_CASE("a route is named by all that it asks for but the values, which may be secrets") {
  TestExchange::Setup setup;
  setup.config =
      "routes:\n  - {path: /a, host: h, methods: [GET], headers: {X-Token: one}, backends: [b:1]}\n"
      "  - {path: /a, host: h, methods: [GET], headers: {X-Token: two}, backends: [b:2]}\n";
  TestExchange exchange("GET /a HTTP/1.1\r\nHost: h\r\nX-Token: two\r\n\r\n", setup);
  exchange.route();
  CHECK(line_of(exchange, answered).at("route").text == "GET h/a {X-Token}#2");
}

TEST_CASE("a request that was refused has its error's word, and no route") {
  TestExchange exchange(plain_request);
  const Json line = line_of(exchange, refused);
  CHECK(line.at("status").text == "404");
  CHECK(line.at("error").text == "no_route");
  CHECK(line.at("detail").text == "a word more");
  for (const char* name : {"route", "upstream", "backend"}) CHECK(line.at(name).text == "-");
  CHECK(line.at("attempts").text == "0");
}

TEST_CASE("a request that nobody was answered has status 0") {
  TestExchange exchange(plain_request);
  CHECK(line_of(exchange, nothing).at("status").text == "0");
}

TEST_CASE("the path is what was asked for, in every form of a target") {
  struct Row {
    std::string start;
    std::string method;
    std::string path;
  };
  for (const Row& row : std::vector<Row>{{"GET / HTTP/1.1", "GET", "/"},
                                         {"GET /?a=b HTTP/1.1", "GET", "/"},
                                         {"OPTIONS * HTTP/1.1", "OPTIONS", "*"},
                                         {"GET http://h/a/b?c HTTP/1.1", "GET", "/a/b"},
                                         {"GET http://h HTTP/1.1", "GET", "-"},
                                         {"CONNECT h:1 HTTP/1.1", "CONNECT", "-"},
                                         {"GET /%zz HTTP/1.1", "GET", "/%zz"}}) {
    CAPTURE(row.start);
    TestExchange exchange(row.start + "\r\nHost: h\r\n\r\n");
    const Json line = line_of(exchange, nothing);
    CHECK(line.at("method").text == row.method);
    CHECK(line.at("path").text == row.path);
  }
}

TEST_CASE("whatever bytes a client sends where its method and path stand, the line is JSON") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const std::string hostile = "x" + std::string(1, static_cast<char>(byte)) + "\"\\y";
    TestExchange in_path("GET /" + hostile + " HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(line_of(in_path, nothing).at("event").text == "access");
    TestExchange in_method(hostile + " / HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(line_of(in_method, nothing).at("event").text == "access");
  }
}

TEST_CASE("a trace id with quotes in it cannot forge a field") {
  TestExchange exchange(plain_request);
  exchange.x.trace_id = R"(","status":200,"x":")";
  access_log(exchange.x, Next({}, refused));
  const Json line = json_of(exchange.close_log().at(0));
  CHECK(line.at("trace_id").text == R"(","status":200,"x":")");
  CHECK(line.at("status").text == "404");
}

TEST_CASE("log.access: false writes none, and changes nothing else") {
  TestExchange::Setup setup;
  setup.config = "log:\n  access: false\n" + setup.config;
  TestExchange exchange(plain_request, setup);
  access_log(exchange.x, Next({}, answered));
  CHECK(exchange.x.response.is_complete());
  CHECK(exchange.close_log().empty());
}

}  // namespace
}  // namespace glassgate
