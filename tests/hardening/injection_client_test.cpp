// What a client writes ends in the log, in error bodies, on the admin's pages and in heads: always as a value, never as
// a piece of the language around it.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/ip_address.h"
#include "hardening/pages.h"
#include "http/head_parser.h"
#include "support/json_reader.h"
#include "support/recording_upstream.h"

namespace glassgate::test {
namespace {

using namespace std::string_literals;

struct House {
  RecordingUpstream upstream;
  TestGateway gateway{
      "explain: true\nserver: {trusted_proxies: [127.0.0.1]}\nrate_limit: {requests: 1000, window: 1s, key: "
      "header:User-Agent}\n"
      "upstreams:\n  up: {backends: [\"" +
      upstream.address() + "\"], balancer: consistent_hash, hash_on: header:User-Agent}\n" +
      "routes:\n  - {path: /up, upstream: up}\n  - {path: /get, methods: [GET], upstream: up}\n"};

  Response ask(const std::string& request) const {
    Peer client = gateway.connect();
    client.send(request);
    client.shutdown_write();
    return client.read_response(request.starts_with("HEAD "));
  }
};

// For JSON, HTML, terminals, shells, databases, log readers, Prometheus and heads.
const std::vector<std::string> evil{"\"",
                                    "\\",
                                    "\\\"",
                                    "\\u0000",
                                    "\"}\n{\"event\":\"access\"",
                                    "</script><script>alert(1)</script>",
                                    "<img src=x onerror=alert(1)>",
                                    "'; DROP TABLE routes; --",
                                    "${jndi:ldap://x/y}",
                                    "$(reboot)`reboot`",
                                    "{{7*7}}",
                                    "%0d%0aX-Injected:%20y",
                                    "%E5%98%8A%E5%98%8DX-Injected:%20y",
                                    "\xE5\x98\x8A\xE5\x98\x8DX-Injected: y",
                                    "x\r\nX-Injected: y",
                                    "x\nX-Injected: y",
                                    "x\rX-Injected: y",
                                    "x\0y"s,
                                    "\x1b[2J\x1b]0;title\x07",
                                    "\x7f",
                                    "\xff\xfe",
                                    "\xc2\x85\xc2\x9b",
                                    "\xe2\x80\xa8\xe2\x80\xa9",
                                    "\xed\xa0\x80",
                                    "\xf0\x9f\x92\xa9",
                                    "a,b;c=d",
                                    "\"} 1\ngateway_draining 1\n#"};

// Every place of a request that something of it is told of elsewhere.
std::vector<std::string> requests_with(const std::string& text) {
  const std::string up = "GET /up HTTP/1.1\r\nHost: a\r\n";
  std::vector<std::string> out{"GET /up/" + text + " HTTP/1.1\r\nHost: a\r\n\r\n",
                               "GET /nowhere/" + text + " HTTP/1.1\r\nHost: a\r\n\r\n",
                               "GET /up?" + text + " HTTP/1.1\r\nHost: a\r\n\r\n",
                               text + " /up HTTP/1.1\r\nHost: a\r\n\r\n",
                               "X" + text + " /get HTTP/1.1\r\nHost: a\r\n\r\n",
                               "GET /up " + text + "\r\nHost: a\r\n\r\n",
                               "GET /up HTTP/1.1\r\nHost: " + text + "\r\n\r\n",
                               "GET http://" + text + "/up HTTP/1.1\r\nHost: a\r\n\r\n",
                               up + text + ": b\r\n\r\n"};
  for (const std::string name :
       {"X-Request-ID", "traceparent", "tracestate", "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "Forwarded",
        "Referer", "Cookie", "Via", "Connection", "Upgrade", "TE", "Trailer", "Expect", "Max-Forwards", "Accept"}) {
    out.push_back(up + name + ": " + text + "\r\n\r\n");
    out.push_back("TRACE /up HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n" + name + ": " + text + "\r\n\r\n");
  }
  return out;
}

// What an answer of the gateway's own says is no page, and is nothing but JSON.
void check_own_answer(const Response& answer) {
  if (answer.status() < 400) return;
  CHECK(answer.field("Content-Type") == "application/json");
  CHECK(read_json(answer.body.substr(0, answer.body.size() - 1)).has_value());
}

// A head with the gateway's own fields once each. (A whole field more is the client's to send.)
void check_sent_on(const std::string& request) {
  CAPTURE(request);
  http::RequestHead head;
  head.bytes = request.substr(0, request.find("\r\n\r\n") + 4);
  CHECK(http::parse_request_head({}, head) == http::HeadError::none);
  for (const http::FieldId id :
       {http::FieldId::host, http::FieldId::x_request_id, http::FieldId::traceparent, http::FieldId::x_forwarded_for}) {
    CHECK(head.fields.count(id) == 1);
  }
}

TEST_CASE("whatever a client writes into whatever place, the log, the pages and all heads stay what they are") {
  House house;
  size_t asked = 0;
  for (const std::string& text : evil) {
    for (const std::string& request : requests_with(text)) {
      CAPTURE(request);
      const Response answer = house.ask(request);
      CHECK(answer.complete);
      check_head(answer.head);
      check_own_answer(answer);
      ++asked;
    }
  }
  house.gateway.wait_for_access_lines(asked);
  check_all_pages(house.gateway);
  for (const std::string& request : house.upstream.notes()) check_sent_on(request);
}

TEST_CASE("what a client writes is in the log as it came") {
  House house;
  const std::string path = "/up/<b>\"quoted\"</b>/{a}|b^`\\";
  house.ask("GET " + path + "?secret HTTP/1.1\r\nHost: a\r\nX-Request-ID: \"}<i>\\\r\n\r\n");
  const Json line = json_of(house.gateway.wait_for_access_lines(1).front());
  CHECK(line.at("path").text == path);
  CHECK(line.at("trace_id").text == "\"}<i>\\");
  const Json explained = json_of([&] {
    std::string page = house.gateway.admin("/explain");
    std::erase(page, '\n');
    return page;
  }());
  CHECK(explained.at(0).at("path").text == path);
}

TEST_CASE("a client's address is an address, whatever a trusted proxy passes on") {
  House house;
  for (size_t i = 0; i < evil.size(); ++i) {
    CAPTURE(evil[i]);
    house.ask("GET /up HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: " + evil[i] + "\r\n\r\n");
    const Json line = json_of(house.gateway.wait_for_access_lines(i + 1).at(i));
    CHECK(IpAddress::parse(line.at("client_ip").text).has_value());
  }
}

TEST_CASE("an id that is markup is escaped or stays in JSON, and never becomes a page") {
  House house;
  const Response answer = house.ask(
      "GET /nowhere HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\nX-Request-ID: <script>\"\r\n\r\n");
  CHECK(answer.status() == 404);
  CHECK(answer.field("Content-Type") == "application/json");
  CHECK(json_of(answer.body).at("trace_id").text == "<script>\"");
  CHECK(answer.field("X-Request-ID") == "<script>\"");
}

}  // namespace
}  // namespace glassgate::test
