// W3C trace context through real sockets: what the backend is sent for what the client sent.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "gateway/trace_context.h"
#include "support/json_reader.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

const std::string trace = "0af7651916cd43dd8448eb211c80319c";
const std::string parent = "b7ad6b7169203331";
const std::string good = "00-" + trace + "-" + parent + "-01";
const std::string state = "tracestate: rojo=00f067aa0ba902b7,congo=t61rcWkgMzE\r\n";

std::string traceparent(const std::string& value) {
  return "traceparent: " + value + "\r\n";
}

std::string parent_of(const std::string& value) {
  return value.size() == 55 ? value.substr(36, 16) : "";
}

struct Road {
  RecordingUpstream upstream;
  TestGateway gateway{TestGateway::in_front_of({upstream.address()})};
  size_t n = 0;
  std::string request_id;  // in the answer to the last request

  // The head that the backend got for a request with these fields. Exactly one traceparent is in it, a good one (I1).
  Response send(const std::string& fields) {
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
    const Response answer = client.read_response();
    REQUIRE(answer.status() == 200);
    request_id = answer.field("X-Request-ID");
    CHECK(answer.count("traceparent") == 0);
    const Response request{upstream.request(n++), "", "", true};
    CHECK(request.count("traceparent") == 1);
    CHECK(request.field("traceparent").starts_with("00-"));
    CHECK(parse_traceparent(request.field("traceparent")));
    return request;
  }
};

TEST_CASE("a good traceparent is continued: same trace and known flags, a parent id of the gateway's own") {
  Road road;
  std::set<std::string> parents{parent};
  const std::vector<std::pair<std::string, std::string>> rows{{"00", "00"}, {"01", "01"}, {"01", "01"},
                                                              {"03", "03"}, {"ff", "03"}, {"a4", "00"}};
  for (const auto& [flags, known] : rows) {
    const std::string sent = "00-" + trace + "-" + parent + "-" + flags;
    CAPTURE(sent);
    const std::string got = road.send("TraceParent: \t" + sent + " \r\n").field("traceparent");
    CHECK(got.substr(0, 36) == "00-" + trace + "-");
    CHECK(got.substr(52) == "-" + known);
    CHECK(parents.insert(parent_of(got)).second);  // a new one for every request
  }
}

TEST_CASE("a later version with more fields is continued as version 00") {
  Road road;
  const Response request = road.send(traceparent("01-" + trace + "-" + parent + "-01-more-to-come") + state);
  CHECK(request.field("traceparent").substr(0, 36) == "00-" + trace + "-");
  CHECK(request.field("tracestate") == "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE");
}

TEST_CASE("tracestate is passed on, all of its lines, when the trace is continued") {
  Road road;
  const Response request = road.send(traceparent(good) + "tracestate: a=1\r\nX: y\r\nTraceState: b=2\r\n");
  CHECK(request.count("tracestate") == 2);
  CHECK(request.head.find("tracestate: a=1\r\nX: y\r\nTraceState: b=2\r\n") != std::string::npos);
}

TEST_CASE("anything else begins a new trace, and drops the tracestate that came with it") {
  Road road;
  const std::string upper = "00-0AF7651916CD43DD8448EB211C80319C-" + parent + "-01";
  const std::vector<std::pair<std::string, std::string>> rows{
      {"none", ""},
      {"empty", traceparent("")},
      {"rubbish", traceparent("hello")},
      {"too long for version 00", traceparent(good + "-x")},
      {"upper case", traceparent(upper)},
      {"version ff", traceparent("ff" + good.substr(2))},
      {"all-zero trace", traceparent("00-" + std::string(32, '0') + "-" + parent + "-01")},
      {"all-zero parent", traceparent("00-" + trace + "-" + std::string(16, '0') + "-01")},
      {"two that differ", traceparent(good) + traceparent("00-" + trace + "-" + parent + "-00")},
      {"twice the same", traceparent(good) + traceparent(good)},
      {"a list", traceparent(good + ", " + good)},
  };
  std::set<std::string> traces{trace};
  for (const auto& row : rows) {
    INFO(row.first);
    const Response request = road.send(state + row.second + state);
    CHECK(request.count("tracestate") == 0);
    const std::string got = request.field("traceparent");
    CHECK(traces.insert(got.substr(3, 32)).second);
    CHECK(parent_of(got) != parent);
    CHECK(got.ends_with("-01"));  // or services behind the gateway would not record it
    CHECK(road.request_id == got.substr(3, 32));
  }
}

TEST_CASE("a trace that begins here has the client's X-Request-ID for its id where that can be one") {
  Road road;
  CHECK(road.send("X-Request-ID: " + trace + "\r\n").field("traceparent").substr(0, 36) == "00-" + trace + "-");
  for (const std::string& other : {std::string("mine"), std::string(32, '0'), std::string(32, 'A'), trace + "0"}) {
    CAPTURE(other);
    const Response request = road.send("X-Request-ID: " + other + "\r\n");
    CHECK(road.request_id == other);
    CHECK(request.field("X-Request-ID") == other);
    CHECK(request.field("traceparent").substr(3, 32) != other.substr(0, 32));
  }
}

TEST_CASE("a request is named by its X-Request-ID; without a good one, by the trace that it continues") {
  Road road;
  road.send(traceparent(good));
  CHECK(road.request_id == trace);
  CHECK(json_of(road.gateway.wait_for_access_lines(1)[0]).at("trace_id").text == trace);
  const Response both = road.send(traceparent(good) + "X-Request-ID: mine\r\n");
  CHECK(road.request_id == "mine");
  CHECK(both.field("traceparent").substr(3, 32) == trace);
  CHECK(json_of(road.gateway.wait_for_access_lines(2)[1]).at("trace_id").text == "mine");
  road.send(traceparent(good) + "X-Request-ID: not mine\r\n");
  CHECK(road.request_id == trace);
}

TEST_CASE("a refused request that continues a trace names it in the body, too") {
  const TestGateway gateway("routes: [{path: /only, backends: [127.0.0.1:1]}]\n");
  const std::string answer = gateway.exchange("GET / HTTP/1.1\r\nHost: h\r\n" + traceparent(good) +
                                              "Connection: close\r\n\r\n");
  CHECK(first_line(answer) == "HTTP/1.1 404 Not Found");
  CHECK(json_of(behind_head(answer)).at("trace_id").text == trace);
}

TEST_CASE("a repeated attempt on another backend has the same trace and the same parent") {
  ScriptedUpstream closing([&](Peer& peer, int) { closing.note(peer.read_request()); });
  RecordingUpstream second;
  const TestGateway gateway(TestGateway::in_front_of({closing.address(), second.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n" + traceparent(good) + state + "\r\n");
  CHECK(client.read_response().status() == 200);
  const Response request{second.request(0), "", "", true};
  CHECK(request.field("traceparent").substr(3, 32) == trace);
  const Response first{closing.wait_for_notes(1)[0], "", "", true};
  CHECK(request.field("traceparent") == first.field("traceparent"));
  CHECK(request.count("traceparent") == 1);
  CHECK(request.count("tracestate") == 1);
}

}  // namespace
}  // namespace glassgate::test
