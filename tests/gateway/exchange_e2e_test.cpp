// What holds for every exchange, whatever goes wrong in it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/json_reader.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

TEST_CASE("a request that cannot be read travels the same chain: id, log, count, and one answer (I1)") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  const std::vector<std::string> malformed{
      "nonsense\r\n\r\n",
      "GET / HTTP/1.1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nX : 1\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
      "\x16\x03\x01\x02\r\n\r\n",
      "\x16\x03\x01\x02"};  // TLS, in which no line may ever end: it is not waited for
  for (size_t i = 0; i < malformed.size(); ++i) {
    CAPTURE(malformed[i]);
    Peer client = gateway.connect();
    client.send(malformed[i]);
    const Response answer = client.read_response();
    CHECK(answer.complete);
    CHECK(answer.status() == 400);
    CHECK(answer.field("Connection") == "close");
    const Json body = json_of(answer.body);
    CHECK(body.names == std::vector<std::string>{"error", "status", "trace_id"});
    CHECK(body.at("error").text == "the request is malformed");
    CHECK(body.at("status").text == "400");
    CHECK(body.at("trace_id").text == answer.field("X-Request-ID"));
    const Json line = json_of(gateway.wait_for_access_lines(i + 1)[i]);
    CHECK(line.at("error").text == "malformed_request");
    CHECK(line.at("trace_id").text == answer.field("X-Request-ID"));
    CHECK(client.ends());
  }
  CHECK(json_of(gateway.admin("/status")).at("requests").text == std::to_string(malformed.size()));
  CHECK(upstream.connections() == 0);
}

// Each backend fails in its way; what the client gets is one whole answer or a connection that is visibly cut.
TEST_CASE(
    "whatever the backend does, the client gets one answer or sees its connection cut, and the log says why (I2)") {
  struct Row {
    std::string what;
    std::string answer;
    int status;
    bool complete;
    std::string error;
  };
  const std::string length = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n";
  const std::string chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const Row& row :
       std::vector<Row>{{"nothing at all", "", 502, true, "backend_closed"},
                        {"half a head", "HTTP/1.1 200 OK\r\nA: ", 502, true, "backend_closed"},
                        {"garbage", "220 smtp ready\r\n\r\n", 502, true, "backend_malformed"},
                        {"two framings", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
                         502, true, "backend_malformed"},
                        {"a body that is cut", length + "abc", 200, false, "response_cut"},
                        {"chunks that are cut", chunks + chunk("abc"), 200, false, "response_cut"},
                        {"an answer of its own", "HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno", 500, true, "-"}}) {
    INFO(row.what);
    ScriptedUpstream upstream([&row](Peer& peer, int) {
      peer.read_request();
      peer.send(row.answer);
    });
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    const Response answer = client.read_response();
    CHECK(answer.status() == row.status);
    CHECK(answer.complete == row.complete);
    const Json line = json_of(gateway.wait_for_access_lines(1)[0]);
    CHECK(line.at("error").text == row.error);
    CHECK(line.at("status").text == std::to_string(row.status));
    if (!row.complete) CHECK(client.ends());
  }
}

TEST_CASE("no sentence of an error repeats what was sent") {
  ScriptedUpstream upstream(ScriptedUpstream::always("M4rk\r\nM4rk: M4rk\r\n\r\nM4rk"));
  const TestGateway gateway("routes:\n  - {path: /api, backends: [\"" + upstream.address() + "\"]}\n");
  for (const std::string request :
       {"GET /api/M4rk HTTP/1.1\r\nHost: M4rk\r\nX: M4rk\r\n\r\n", "GET /M4rk HTTP/1.1\r\nHost: M4rk\r\n\r\n",
        "M4rk\r\n\r\n", "GET / M4rk\r\n\r\n", "GET / HTTP/1.1\r\nHost: M4rk M4rk\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: M4rk\r\n\r\n"}) {
    CAPTURE(request);
    const std::string answer = gateway.exchange(request);
    CHECK((answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 5")));
    CHECK(answer.find("M4rk") == std::string::npos);
  }
}

}  // namespace
}  // namespace glassgate::test
