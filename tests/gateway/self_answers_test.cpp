#include "gateway/self_answers.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/test_exchange.h"

namespace glassgate {
namespace {

using test::TestExchange;

bool is_answered_here(const std::string& method, const std::string& fields, const std::string& target = "/") {
  TestExchange exchange(method + " " + target + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  REQUIRE(exchange.x.error == Error::none);
  return is_last_hop(exchange.x);
}

// The body of the answer.
std::string reflected(const std::string& request) {
  TestExchange exchange(request);
  exchange.x.trace_id = "T";
  REQUIRE(is_last_hop(exchange.x));
  answer_as_last_hop(exchange.x);
  const std::string sent = exchange.sent();
  CHECK(sent.starts_with("HTTP/1.1 200 OK\r\nContent-Type: message/http\r\n"));
  return sent.substr(sent.find("\r\n\r\n") + 4);
}

TEST_CASE("OPTIONS and TRACE that may go no further are meant for this hop, and no other request is") {
  CHECK(is_answered_here("OPTIONS", "Max-Forwards: 0\r\n"));
  CHECK(is_answered_here("OPTIONS", "max-forwards:  000 \r\n", "*"));
  CHECK(is_answered_here("TRACE", "Max-Forwards: 0\r\n"));
  CHECK_FALSE(is_answered_here("OPTIONS", "Max-Forwards: 1\r\n"));
  CHECK_FALSE(is_answered_here("OPTIONS", ""));
  CHECK_FALSE(is_answered_here("TRACE", "Max-Forwards: 10\r\n"));
  CHECK_FALSE(is_answered_here("TRACE", ""));
  for (const char* method : {"GET", "HEAD", "POST", "PUT", "DELETE", "options", "trace", "PROPFIND"}) {
    CAPTURE(std::string(method));
    CHECK_FALSE(is_answered_here(method, "Max-Forwards: 0\r\n"));
  }
}

TEST_CASE("OPTIONS is answered with nothing") {
  TestExchange exchange("OPTIONS * HTTP/1.1\r\nHost: h\r\nMax-Forwards: 0\r\n\r\n");
  exchange.x.trace_id = "T";
  answer_as_last_hop(exchange.x);
  CHECK(exchange.sent() ==
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 0\r\nDate: Thu, 29 Feb 2024 13:00:00 GMT\r\n"
        "X-Request-ID: T\r\n\r\n");
}

TEST_CASE("TRACE gives back what tells of the way, and nothing that may be secret") {
  CHECK(reflected("TRACE /a?b=%20 HTTP/1.1\r\nhOST: h\r\nX-Origin-Secret: s\r\nCookie: s\r\nAuthorization: s\r\n"
                  "Via: 1.0 \x80\r\nX-Forwarded-For: s\r\nMax-Forwards: 0\r\nvia: 1.1 v\r\n\r\n") ==
        "TRACE /a?b=%20 HTTP/1.1\r\nhOST: h\r\nVia: 1.0 \x80\r\nMax-Forwards: 0\r\nvia: 1.1 v\r\n\r\n");
  CHECK(reflected("TRACE / HTTP/1.0\r\nMax-Forwards: 0\r\n\r\n") == "TRACE / HTTP/1.0\r\nMax-Forwards: 0\r\n\r\n");
}

}  // namespace
}  // namespace glassgate
