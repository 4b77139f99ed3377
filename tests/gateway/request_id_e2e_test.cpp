// X-Request-ID: one id a request, the same wherever the request is named.
#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "support/json_reader.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

std::string get(const std::string& path, const std::string& fields) {
  return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n";
}

bool is_made_here(const std::string& id) {
  return id.size() == 32 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// The ids of one request, wherever it is named. Every one of them must be there once.
struct Named {
  std::string to_client;
  std::string to_backend;
  std::string in_log;
};

struct Road {
  Named send(const std::string& fields) {
    Peer client = gateway.connect();
    client.send(get("/", fields));
    const Response answer = client.read_response();
    const Response request{upstream.request(n), "", "", true};
    CHECK(answer.count("X-Request-ID") == 1);
    CHECK(request.count("X-Request-ID") == 1);
    const std::string line = gateway.wait_for_access_lines(n + 1)[n];
    ++n;
    return {answer.field("X-Request-ID"), request.field("X-Request-ID"), json_of(line).at("trace_id").text};
  }

  RecordingUpstream upstream;
  TestGateway gateway{TestGateway::in_front_of({upstream.address()})};
  size_t n = 0;
};

TEST_CASE("a client's id of 1 to 128 visible ASCII characters is kept, upstream, back and in the log") {
  Road road;
  for (const std::string& id : {std::string("x"), std::string("0AF7-651916cd43dd:8448eb211c80319c"),
                                std::string(128, 'z'), std::string("\"},{\"a\":\"\\n%0d%0a<b>")}) {
    CAPTURE(id);
    const Named named = road.send("x-REQUEST-id: \t" + id + " \r\n");
    CHECK(named.to_client == id);
    CHECK(named.to_backend == id);
    CHECK(named.in_log == id);
  }
}

TEST_CASE("any other, or none, is replaced by one of the gateway's") {
  Road road;
  for (const std::string& fields :
       {std::string(), std::string("X-Request-ID:\r\n"), "X-Request-ID: " + std::string(129, 'z') + "\r\n",
        std::string("X-Request-ID: a b\r\n"), std::string("X-Request-ID: a\tb\r\n"),
        std::string("X-Request-ID: \xC3\xA9\r\n"), std::string("X-Request-ID: a\r\nX-Request-ID: b\r\n"),
        std::string("X-Request-ID: a\r\nX-Request-ID: a\r\n")}) {
    CAPTURE(fields);
    const Named named = road.send(fields);
    CHECK(is_made_here(named.to_client));
    CHECK(named.to_backend == named.to_client);
    CHECK(named.in_log == named.to_client);
  }
}

TEST_CASE("an id under a name with a '_' does not get through beside the gateway's, to a backend or back") {
  ScriptedUpstream upstream([&](Peer& peer, int) {
    upstream.note(peer.read_request());
    peer.send(ok("", "X_Request_ID: theirs\r\n"));
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  const std::string answer = gateway.exchange(
      get("/", "X_Request_ID: evil\r\nConnection: close\r\nx-request_id: evil\r\n"));
  CHECK(upstream.wait_for_notes(1).at(0).find("evil") == std::string::npos);
  CHECK(answer.find("theirs") == std::string::npos);
  CHECK(answer.find("evil") == std::string::npos);
}

TEST_CASE("a traceparent names the request only where no X-Request-ID does, and a bad one never") {
  Road road;
  const std::string trace = "0af7651916cd43dd8448eb211c80319c";
  const std::string good = "traceparent: 00-" + trace + "-b7ad6b7169203331-01\r\n";
  const std::vector<std::pair<std::string, std::string>> rows{
      {good, trace},
      {good + "X-Request-ID: mine\r\n", "mine"},
      {"X-Request-ID: mine\r\n" + good, "mine"},
      {good + "X-Request-ID: not one\r\n", trace},
      {good + "X-Request-ID: a\r\nX-Request-ID: b\r\n", trace},
      {"traceparent: nonsense\r\nX-Request-ID: mine\r\n", "mine"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    const Named named = road.send(row.first);
    CHECK(named.to_client == row.second);
    CHECK(named.to_backend == row.second);
    CHECK(named.in_log == row.second);
  }
  const Named made = road.send("traceparent: nonsense\r\n");
  CHECK(is_made_here(made.to_client));
  CHECK(made.to_backend == made.to_client);
}

TEST_CASE("the gateway's ids are all different, on one connection and on many") {
  ScriptedUpstream upstream(ScriptedUpstream::always(ok("")));
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  std::set<std::string> ids;
  for (int connection = 0; connection < 4; ++connection) {
    Peer client = gateway.connect();
    for (int i = 0; i < 100; ++i) {
      client.send(get("/", ""));
      ids.insert(client.read_response().field("X-Request-ID"));
    }
  }
  CHECK(ids.size() == 400);
}

TEST_CASE("a backend's own X-Request-ID is not sent beside the gateway's, in no kind of answer") {
  ScriptedUpstream upstream([](Peer& peer, int) {
    while (!peer.read_request().empty()) {
      peer.send("HTTP/1.1 103 Early Hints\r\nX-Request-ID: theirs\r\nLink: <a>\r\n\r\n" +
                ok("", "X-Request-ID: theirs\r\nx-request-id: again\r\n"));
    }
  });
  const TestGateway gateway(TestGateway::in_front_of({upstream.address()}));
  Peer client = gateway.connect();
  client.send(get("/", "X-Request-ID: mine\r\n"));
  CHECK(client.read_response().head == "HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n");
  const Response answer = client.read_response();
  CHECK(answer.field("X-Request-ID") == "mine");
  CHECK(answer.count("X-Request-ID") == 1);
}

TEST_CASE("an error's body and head name the request as the log does") {
  const TestGateway gateway(TestGateway::in_front_of({"127.0.0.1:" + std::to_string(unused_port())}));
  const std::vector<std::string> requests{get("/", "X-Request-ID: \"mine\\\r\n"), get("/", ""),
                                          "GET / HTTP/1.1\r\nX-Request-ID: mine\r\n\r\n",  // no Host
                                          "nonsense\r\n\r\n"};
  for (size_t i = 0; i < requests.size(); ++i) {
    CAPTURE(requests[i]);
    Peer client = gateway.connect();
    client.send(requests[i]);
    const Response answer = client.read_response();
    CHECK(answer.status() >= 400);
    const std::string id = json_of(answer.body).at("trace_id").text;
    CHECK(answer.field("X-Request-ID") == id);
    CHECK(json_of(gateway.wait_for_access_lines(i + 1)[i]).at("trace_id").text == id);
    if (i == 0) CHECK(id == "\"mine\\");
    if (i == 1 || i == 3) CHECK(is_made_here(id));
    if (i == 2) CHECK(id == "mine");
  }
}

}  // namespace
}  // namespace glassgate::test
