// The line that each request leaves in the log, whatever became of it.
#include <doctest/doctest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "base/strings.h"
#include "support/gate.h"
#include "support/json_reader.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

Json line(const TestGateway& gateway, size_t n) {
  const Json out = json_of(gateway.wait_for_access_lines(n).at(n - 1));
  CHECK(out.at("event").text == "access");
  CHECK(out.at("level").text == "info");
  CHECK(out.at("latency_ms").kind == Json::Kind::number);
  CHECK(std::atof(out.at("latency_ms").text.c_str()) >= 0);
  CHECK(out.at("time").text.size() == std::string("2024-02-29T13:00:00.000Z").size());
  CHECK(out.at("client_ip").text == "127.0.0.1");
  return out;
}

// The fields that a row of a test names: "status=200 bytes_in=3".
void check_fields(const Json& line, std::string_view expected) {
  while (!expected.empty()) {
    const std::string_view pair = take_until(expected, ' ');
    const size_t equals = pair.find('=');
    CAPTURE(std::string(pair));
    CHECK(line.at(pair.substr(0, equals)).text == pair.substr(equals + 1));
  }
}

TEST_CASE("a request that was relayed") {
  RecordingUpstream upstream;
  const TestGateway gateway("upstreams:\n  u:\n    backends: [\"" + upstream.address() +
                            "\"]\nroutes:\n  - {path: /api, upstream: u}\n");
  Peer client = gateway.connect();
  client.send(
      "POST /api/x%20y?token=secret HTTP/1.1\r\nHost: h\r\nX-Request-ID: id\r\nTransfer-Encoding: chunked\r\n\r\n" +
      chunk("abc") + chunk("defg") + std::string(last_chunk));
  const Response answer = client.read_response();
  const Json seen = line(gateway, 1);
  check_fields(
      seen, "method=POST path=/api/x%20y status=200 bytes_in=7 trace_id=id route=/api upstream=u attempts=1 error=-");
  CHECK(seen.at("bytes_out").text == std::to_string(answer.body.size()));
  CHECK(seen.at("backend").text == upstream.address());
  CHECK_FALSE(seen.has("detail"));
  CHECK(gateway.log_lines().back().find("secret") == std::string::npos);
}

TEST_CASE("an answer's status and bytes are what the client was sent") {
  struct Row {
    std::string request;
    std::string answer;
    std::string fields;
  };
  for (const Row& row : std::vector<Row>{
           {"GET / HTTP/1.1", ok("12345"), "status=200 bytes_out=5"},
           {"HEAD / HTTP/1.1", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "status=200 bytes_out=0 method=HEAD"},
           {"GET / HTTP/1.1", "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", "status=304 bytes_out=0"},
           {"GET / HTTP/1.1", "HTTP/1.1 204 No Content\r\n\r\n", "status=204 bytes_out=0"},
           {"GET / HTTP/1.1", "HTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\nno",
            "status=503 bytes_out=2 error=-"},
           {"GET / HTTP/1.1", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
            "status=200 bytes_out=3"}}) {
    CAPTURE(row.answer);
    ScriptedUpstream upstream(ScriptedUpstream::always(row.answer));
    const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
    Peer client = gateway.connect();
    client.send(row.request + "\r\nHost: h\r\n\r\n");
    client.read_response(row.request.starts_with("HEAD"));
    check_fields(line(gateway, 1), row.fields + " route=/ upstream=/ attempts=1");
  }
}

TEST_CASE("a request that was refused") {
  struct Row {
    std::string request;
    std::string fields;
  };
  RecordingUpstream upstream;
  const TestGateway gateway(
      "server:\n  max_header_bytes: 1KiB\n  max_body_bytes: 3\nroutes:\n  - {path: /api, backends: [\"" +
      upstream.address() + "\"]}\n");
  size_t n = 0;
  for (const Row& row : std::vector<Row>{
           {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "method=GET path=/ status=404 error=no_route attempts=0 route=-"},
           {"GET /api HTTP/1.1\r\n\r\n", "method=GET path=/api status=400 error=malformed_request backend=-"},
           {"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", "method=GET path=/%zz status=400 error=malformed_request"},
           {"GET /api HTTP/2.0\r\nHost: h\r\n\r\n", "status=505 error=unsupported_version"},
           {"GET /api HTTP/1.1\r\nHost: h\r\nX: " + std::string(1100, 'x') + "\r\n\r\n",
            "status=431 error=head_too_large"},
           {"PUT /api HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nabcd",
            "status=413 error=body_too_large method=PUT"},
           {"GE", "status=400 error=request_cut method=-"},
           {"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", "status=501 error=method_not_implemented method=CONNECT"}}) {
    CAPTURE(row.request.substr(0, 60));
    const std::string answer = gateway.exchange(row.request);
    const Json seen = line(gateway, ++n);
    check_fields(seen, row.fields);
    CHECK(answer.starts_with("HTTP/1.1 " + seen.at("status").text + " "));
    CHECK(seen.at("bytes_out").text == std::to_string(behind_head(answer).size()));
  }
  CHECK(upstream.connections() == 0);
}

TEST_CASE("a backend that fails") {
  ScriptedUpstream garbage(ScriptedUpstream::always("not HTTP\r\n\r\n"));
  const std::string nobody = "127.0.0.1:" + std::to_string(unused_port());
  const TestGateway gateway("routes:\n  - {path: /garbage, backends: [\"" + garbage.address() +
                            "\"]}\n  - {path: /nobody, backends: [\"" + nobody + "\"]}\n");
  gateway.exchange("GET /nobody HTTP/1.1\r\nHost: h\r\n\r\n");
  Json seen = line(gateway, 1);
  check_fields(seen, "status=502 error=backend_unreachable attempts=1 route=/nobody upstream=/nobody");
  CHECK(seen.at("backend").text == nobody);
  gateway.exchange("GET /garbage HTTP/1.1\r\nHost: h\r\n\r\n");
  seen = line(gateway, 2);
  check_fields(seen, "status=502 error=backend_malformed attempts=1");
  CHECK(seen.at("detail").kind == Json::Kind::string);
}

TEST_CASE("an answer that was cut short, by either end") {
  Gate client_is_gone;
  ScriptedUpstream upstream([&](Peer& peer, int number) {
    peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\nabc");
    if (number == 0) return;  // closes inside the body
    client_is_gone.wait();
    while (peer.send(std::string(100000, 'x'))) {
    }
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK_FALSE(client.read_response().complete);
  check_fields(line(gateway, 1), "status=200 bytes_out=3 error=response_cut attempts=1");

  client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  client.read_until("abc");
  client.reset();
  client_is_gone.open();
  check_fields(line(gateway, 2), "status=200 error=client_gone attempts=1");
  const Json backend = json_of(gateway.admin("/status")).at("upstreams").at(0).at("backends").at(0);
  CHECK(backend.at("failures").text == "1");  // that the client left is not the backend's fault
}

TEST_CASE("a body that was cut short counts what came of it") {
  ScriptedUpstream upstream([](Peer& peer, int) { peer.read_to_end(); });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  gateway.exchange("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabcd");
  check_fields(line(gateway, 1), "status=400 bytes_in=4 error=request_cut");
}

TEST_CASE("each request of a connection has a line, in the order of their answers") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  std::string pipelined;
  for (int i = 0; i < 10; ++i) pipelined += "GET /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\n\r\n";
  client.send(pipelined);
  for (int i = 0; i < 10; ++i) REQUIRE(client.read_response().status() == 200);
  for (size_t i = 0; i < 10; ++i) CHECK(line(gateway, i + 1).at("path").text == "/" + std::to_string(i));
}

TEST_CASE("a tunnel's bytes are counted both ways") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    peer.read_request();
    peer.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nhello");
    peer.read_to_end();
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nabc");
  client.read_until("hello");
  client.shutdown_write();
  client.read_to_end();
  check_fields(line(gateway, 1), "status=101 bytes_in=3 bytes_out=5 error=-");
}

TEST_CASE("whatever bytes are sent, every line of the log is JSON, and no byte forges a field") {
  RecordingUpstream upstream;
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  size_t n = 0;
  for (const std::string hostile :
       {R"(x","status":200,"y":")", "x\\", "x\x1B[31m",
        "x\xC2\x9B"
        "31m",
        "x\xFF\xC0\x80", "x\xED\xA0\x80", "x\xE2\x80\xA8y", "x\x7F", "x\x01y", "x'<script>"}) {
    CAPTURE(hostile);
    for (const std::string& request :
         {"GET /" + hostile + " HTTP/1.1\r\nHost: h\r\n\r\n", hostile + " / HTTP/1.1\r\nHost: h\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: " + hostile + "\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: h\r\nX-Request-ID: " + hostile + "\r\n\r\n", "GET / " + hostile + "\r\n\r\n",
          hostile + "\r\n\r\n"}) {
      const std::string answer = gateway.exchange(request);
      const Json seen = line(gateway, ++n);
      CHECK(answer.starts_with("HTTP/1.1 " + seen.at("status").text + " "));
    }
  }
  for (const std::string& any : gateway.log_lines()) CHECK(read_json(any).has_value());
}

}  // namespace
}  // namespace glassgate::test
