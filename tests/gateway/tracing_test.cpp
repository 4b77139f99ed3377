#include "gateway/tracing.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/trace_context.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using test::TestExchange;

void seen_by_next(Exchange& x) {
  x.response.set_timeout(std::chrono::seconds(1));
  x.detail = x.trace_id.empty() ? "no id" : "an id";
}

std::string trace_id_for(const std::string& fields) {
  TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  REQUIRE(exchange.x.error == Error::none);
  tracing(exchange.x, Next({}, seen_by_next));
  CHECK(exchange.x.detail == "an id");  // it is there for whatever comes next
  return std::string(exchange.x.trace_id);
}

bool is_made_here(const std::string& id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

TEST_CASE("a client's id is kept when it is 1 to 128 visible ASCII characters") {
  std::string visible;
  for (char c = '!'; c <= '~'; ++c) visible += c;
  for (const std::string& id : {std::string("x"), std::string("0af7651916cd43dd8448eb211c80319c"), visible,
                                std::string(128, 'a'), std::string("\"}{<script>\\")}) {
    CAPTURE(id);
    CHECK(trace_id_for("X-Request-ID: " + id + "\r\n") == id);
    CHECK(trace_id_for("x-request-id:" + id + " \t\r\n") == id);
  }
}

TEST_CASE("any other is replaced by 32 lower-case hexadecimal digits") {
  const std::vector<std::string> rows{"",
                                      "X-Request-ID:\r\n",
                                      "X-Request-ID: \t \r\n",
                                      "X-Request-ID: " + std::string(129, 'a') + "\r\n",
                                      "X-Request-ID: a b\r\n",
                                      "X-Request-ID: a\tb\r\n",
                                      "X-Request-ID: caf\xC3\xA9\r\n",
                                      "X-Request-ID: \xFF\r\n",
                                      "X-Request-ID: a\r\nX-Request-ID: b\r\n",
                                      "X-Request-ID: a\r\nx-request-id: a\r\n",
                                      "X-Request-ID: a\r\nX-Request-ID:\r\n",
                                      "X-Request-IDs: a\r\n",
                                      "X_Request_ID: a\r\n",
                                      "X-Request_ID: a\r\n"};
  for (const std::string& fields : rows) {
    CAPTURE(fields);
    CHECK(is_made_here(trace_id_for(fields)));
  }
}

TEST_CASE("an id under a name with a '_' is not looked at, whatever stands beside it") {
  CHECK(trace_id_for("X_Request_ID: theirs\r\nX-Request-ID: mine\r\n") == "mine");
  CHECK(trace_id_for("X-Request-ID: mine\r\nX-Request_ID: theirs\r\n") == "mine");
}

TEST_CASE("the client's address is found before anything looks at it") {
  const std::string request = "GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 198.51.100.9\r\n\r\n";
  TestExchange direct(request);
  tracing(direct.x, Next({}, seen_by_next));
  CHECK(direct.x.client_ip == "192.0.2.1");

  TestExchange::Setup trusting;
  trusting.config = "server:\n  trusted_proxies: [192.0.2.1]\n" + trusting.config;
  TestExchange behind(request, trusting);
  tracing(behind.x, Next({}, seen_by_next));
  CHECK(behind.x.client_ip == "198.51.100.9");
}

// What tracing() leaves for the other stages.
struct Trace {
  std::string id;
  std::string parent;
  bool continues = false;
};

Trace trace_for(const std::string& fields) {
  TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  REQUIRE(exchange.x.error == Error::none);
  tracing(exchange.x, Next({}, seen_by_next));
  CHECK(parse_traceparent(exchange.x.traceparent));
  return {std::string(exchange.x.trace_id), exchange.x.traceparent, exchange.x.continues_trace};
}

const std::string sent_trace = "0af7651916cd43dd8448eb211c80319c";
const std::string traceparent = "traceparent: 00-" + sent_trace + "-b7ad6b7169203331-01\r\n";

TEST_CASE("a good traceparent is continued, and is the request's id where it has no X-Request-ID") {
  const Trace alone = trace_for(traceparent);
  CHECK(alone.continues);
  CHECK(alone.id == sent_trace);
  CHECK(alone.parent.starts_with("00-" + sent_trace + "-"));
  CHECK(alone.parent.ends_with("-01"));
  CHECK(alone.parent.find("b7ad6b7169203331") == std::string::npos);
  const Trace with_id = trace_for(traceparent + "X-Request-ID: mine\r\n");
  CHECK(with_id.id == "mine");
  CHECK(with_id.parent.starts_with("00-" + sent_trace + "-"));
}

TEST_CASE("without one a trace begins, under the request's id where that can name a trace") {
  const Trace begun = trace_for("");
  CHECK_FALSE(begun.continues);
  CHECK(begun.parent.starts_with("00-" + begun.id + "-"));
  CHECK(begun.parent.ends_with("-01"));
  CHECK(trace_for("X-Request-ID: " + sent_trace + "\r\n").parent.starts_with("00-" + sent_trace + "-"));
  const Trace other = trace_for("X-Request-ID: mine\r\n");
  CHECK(other.id == "mine");
  CHECK_FALSE(trace_for(traceparent + traceparent).continues);
  CHECK_FALSE(trace_for("traceparent: 00-x\r\n").continues);
}

TEST_CASE("a request that could not be read has an id, too") {
  TestExchange exchange("nonsense\r\n\r\n");
  REQUIRE(exchange.x.error == Error::malformed_request);
  tracing(exchange.x, Next({}, seen_by_next));
  const std::string id(exchange.x.trace_id);
  CHECK(is_made_here(id));
  CHECK(exchange.x.traceparent.starts_with("00-" + id + "-"));
}

}  // namespace
}  // namespace glassgate
