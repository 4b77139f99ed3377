// Which backend a request reaches, and with which target.
#include <doctest/doctest.h>

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/json_reader.h"
#include "support/recording_upstream.h"
#include "support/test_gateway.h"

namespace glassgate::test {
namespace {

// A backend that answers with its name and the target it was asked for.
std::unique_ptr<ScriptedUpstream> named_backend(const std::string& name) {
  return std::make_unique<ScriptedUpstream>([name](Peer& peer, int) {
    for (;;) {
      const std::string request = peer.read_request();
      if (request.empty()) return;
      const size_t target = request.find(' ') + 1;
      const std::string body = name + " " + request.substr(target, request.find(' ', target) - target);
      if (!peer.send(ok(request.starts_with("HEAD ") ? "" : body))) return;
    }
  });
}

// One backend a route; `conditions` is YAML inside the route's braces.
struct RouteRow {
  std::string backend;
  std::string conditions;
};

class Routes {
 public:
  Routes(std::initializer_list<RouteRow> rows) : gateway_(yaml_of(rows)) {}

  // "backend target", or "status" and what Allow says.
  std::string reach(const std::string& method, const std::string& target, const std::string& host = "h",
                    const std::string& fields = "") {
    Peer client = gateway_.connect();
    client.send(method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\n" + fields + "\r\n");
    const Response answer = client.read_response();
    if (answer.status() == 200) return answer.body;
    const std::string allow = answer.field("Allow");
    return std::to_string(answer.status()) + (allow.empty() ? "" : " " + allow);
  }
  TestGateway& gateway() { return gateway_; }

 private:
  std::string yaml_of(std::initializer_list<RouteRow> rows) {
    std::string yaml = "routes:\n";
    for (const RouteRow& row : rows) {
      backends_.push_back(named_backend(row.backend));
      yaml += "  - {" + row.conditions + ", backends: [\"" + backends_.back()->address() + "\"]}\n";
    }
    return yaml;
  }

  std::vector<std::unique_ptr<ScriptedUpstream>> backends_;
  TestGateway gateway_;
};

TEST_CASE("a prefix matches by whole segments, an exact path itself alone, and the longest wins") {
  Routes routes{{"api", "path: /api"},
                {"users", "path: /api/users"},
                {"exact", "path: /api/users, match: exact"},
                {"slash", "path: /slash/"},
                {"star", "path: /star/*"}};
  CHECK(routes.reach("GET", "/api") == "api /api");
  CHECK(routes.reach("GET", "/api/") == "api /api/");
  CHECK(routes.reach("GET", "/api/usersX?a") == "api /api/usersX?a");
  CHECK(routes.reach("GET", "/api/users") == "exact /api/users");
  CHECK(routes.reach("GET", "/api/users?q=1") == "exact /api/users?q=1");
  CHECK(routes.reach("GET", "/api/users/7") == "users /api/users/7");
  CHECK(routes.reach("GET", "/slash") == "slash /slash");
  CHECK(routes.reach("GET", "/star/a/b") == "star /star/a/b");
  for (const char* none : {"/", "/apix", "/ap", "/API", "/slashes", "/x/api"}) {
    CAPTURE(std::string(none));
    CHECK(routes.reach("GET", none) == "404");
  }
}

TEST_CASE("no spelling of a path slips past its route, and the backend gets the one that was sent") {
  Routes routes{{"admin", "path: /admin"}, {"api", "path: /api"}, {"rest", "path: /"}};
  for (const std::string target :
       {"/admin", "/admin/", "/admin/x", "/api/../admin", "/%61dmin", "/%61%64%6D%69%6e", "//admin", "///admin//x",
        "/./admin", "/x/%2e%2E/admin", "/api%2f..%2fadmin", "/admin%2Fx", "/admin/../admin", "/admin/.",
        "/x/y/../../admin", "/../../admin", "http://h/x/../admin", "/admin?/../api", "/x/..//admin"}) {
    CAPTURE(target);
    const std::string sent = target.starts_with("http://h") ? target.substr(8) : target;
    CHECK(routes.reach("GET", target) == "admin " + sent);
  }
  for (const std::string target : {"/administrator", "/%2561dmin", "/x/admin", "/admin%00x/..", "/admi", "/Admin"}) {
    CAPTURE(target);
    const std::string reached = routes.reach("GET", target);
    CHECK((reached == "rest " + target || reached == "400"));
  }
}

TEST_CASE("a host is matched without its port and in any case; exact before the longer wildcard before any") {
  Routes routes{{"any", "path: /"},
                {"wild", "path: /, host: \"*.example.com\""},
                {"longer", "path: /, host: \"*.b.example.com\""},
                {"exact", "path: /, host: a.b.example.com"},
                {"v6", "path: /, host: \"[::1]\""}};
  CHECK(routes.reach("GET", "/", "a.b.example.com") == "exact /");
  CHECK(routes.reach("GET", "/", "A.B.EXAMPLE.com:8080") == "exact /");
  CHECK(routes.reach("GET", "/", "x.b.example.com") == "longer /");
  CHECK(routes.reach("GET", "/", "x.y.b.example.com") == "longer /");
  CHECK(routes.reach("GET", "/", "b.example.com") == "wild /");
  CHECK(routes.reach("GET", "/", "example.com") == "any /");
  CHECK(routes.reach("GET", "/", "notexample.com") == "any /");
  CHECK(routes.reach("GET", "/", "[::1]:80") == "v6 /");
  CHECK(routes.reach("GET", "http://a.b.example.com/", "other") == "exact /");  // the target's authority, not Host
  CHECK(routes.reach("GET", "http://other/", "a.b.example.com") == "any /");
}

TEST_CASE("a path of a better host hides those of no host, but where it does not match they do") {
  Routes routes{{"host", "path: /a, host: x"}, {"any", "path: /"}, {"deep", "path: /a/b/c"}};
  CHECK(routes.reach("GET", "/a/b/c", "x") == "host /a/b/c");
  CHECK(routes.reach("GET", "/b", "x") == "any /b");
  CHECK(routes.reach("GET", "/a/b/c", "y") == "deep /a/b/c");
}

TEST_CASE("methods, headers and query parameters: all must match, and the more there are the better") {
  Routes routes{{"plain", "path: /a"},
                {"get", "path: /a, methods: [GET]"},
                {"one", "path: /a, headers: {X-V: \"2\"}"},
                {"two", "path: /a, headers: {X-V: \"2\", X-W: \"*\"}"},
                {"query", "path: /a, query: {beta: \"1\"}"},
                {"both", "path: /a, headers: {X-V: \"2\"}, query: {beta: \"1\"}"}};
  CHECK(routes.reach("GET", "/a") == "get /a");
  CHECK(routes.reach("GET", "/a?beta=1", "h", "X-V: 2\r\nX-W: 1\r\n") == "get /a?beta=1");
  CHECK(routes.reach("POST", "/a") == "plain /a");
  CHECK(routes.reach("POST", "/a", "h", "x-v: 2\r\n") == "one /a");
  CHECK(routes.reach("POST", "/a", "h", "X-V: 22\r\n") == "plain /a");
  CHECK(routes.reach("POST", "/a", "h", "X-V: 1\r\nX-V: 2\r\n") == "one /a");
  CHECK(routes.reach("POST", "/a", "h", "X-W:\r\nX-V: 2\r\n") == "two /a");
  CHECK(routes.reach("POST", "/a?x&bet%61=%31") == "query /a?x&bet%61=%31");
  CHECK(routes.reach("POST", "/a?beta=2") == "plain /a?beta=2");
  CHECK(routes.reach("POST", "/a?beta=1", "h", "X-V: 2\r\n") == "both /a?beta=1");
}

TEST_CASE("of two that are equal in everything the first one of the file wins") {
  Routes routes{{"first", "path: /a, headers: {X-A: \"1\"}"}, {"second", "path: /a, headers: {X-B: \"1\"}"}};
  CHECK(routes.reach("GET", "/a", "h", "X-B: 1\r\nX-A: 1\r\n") == "first /a");
  CHECK(routes.reach("GET", "/a", "h", "X-B: 1\r\n") == "second /a");
}

TEST_CASE("404 where nothing matches, 405 with Allow where only the method does not") {
  Routes routes{{"read", "path: /a, methods: [GET, HEAD]"},
                {"write", "path: /a, methods: [POST, GET], headers: {X-A: \"*\"}"},
                {"below", "path: /a/b, methods: [PUT]"}};
  CHECK(routes.reach("DELETE", "/a") == "405 GET, HEAD");
  CHECK(routes.reach("DELETE", "/a", "h", "X-A: 1\r\n") == "405 GET, HEAD, POST");
  CHECK(routes.reach("DELETE", "/a/b") == "405 GET, HEAD, PUT");
  CHECK(routes.reach("get", "/a") == "405 GET, HEAD");  // methods have case
  CHECK(routes.reach("PROPFIND", "/a/c") == "405 GET, HEAD");
  CHECK(routes.reach("GET", "/b") == "404");
  CHECK(routes.reach("PUT", "/a/b") == "below /a/b");
  CHECK(routes.reach("POST", "/a", "h", "X-A: 1\r\n") == "write /a");
}

TEST_CASE("404 and 405 have the body, the framing and the line in the log that every error has") {
  Routes routes{{"read", "path: /a, methods: [GET]"}};
  Peer client = routes.gateway().connect();
  client.send(
      "GET /<x> HTTP/1.1\r\nHost: h\r\nX-Request-ID: id\r\n\r\nPUT /a HTTP/1.1\r\nHost: h\r\nX-Request-ID: id\r\n\r\n");
  CHECK(client.read_response().body ==
        "{\"error\":\"no route matches this request\",\"status\":404,\"trace_id\":\"id\"}\n");
  const Response refused = client.read_response();
  CHECK(refused.body ==
        "{\"error\":\"no route for this path takes this method\",\"status\":405,\"trace_id\":\"id\"}\n");
  CHECK(refused.field("Content-Type") == "application/json");
  const auto lines = routes.gateway().wait_for_access_lines(2);
  CHECK(json_of(lines[0]).at("error").text == "no_route");
  CHECK(json_of(lines[0]).at("path").text == "/<x>");
  CHECK(json_of(lines[1]).at("error").text == "method_not_allowed");
}

TEST_CASE("strip_prefix takes the prefix off, and nothing else is touched") {
  Routes routes(
      {{"api", "path: /api, strip_prefix: /api"}, {"part", "path: /v1/users, strip_prefix: /v1"}, {"rest", "path: /"}});
  CHECK(routes.reach("GET", "/api/a/%2e%2F?b=/api") == "api /a/%2e%2F?b=/api");
  CHECK(routes.reach("GET", "/api") == "api /");
  CHECK(routes.reach("GET", "/api?x") == "api /?x");
  CHECK(routes.reach("GET", "/%61pi/a%20b") == "api /a%20b");
  CHECK(routes.reach("GET", "/x/../api/a") == "api /a");
  CHECK(routes.reach("GET", "/api/../api/a") == "api /a");
  CHECK(routes.reach("GET", "/v1/users/7") == "part /users/7");
  CHECK(routes.reach("GET", "/apix") == "rest /apix");
  CHECK(routes.reach("GET", "/api/../b") == "rest /api/../b");
}

TEST_CASE("three backends are taken in turn, from the first on, also over several connections") {
  std::vector<std::unique_ptr<ScriptedUpstream>> backends;
  std::vector<std::string> addresses;
  for (const char* name : {"one", "two", "three"}) {
    backends.push_back(named_backend(name));
    addresses.push_back(backends.back()->address());
  }
  const TestGateway gateway(TestGateway::in_front_of(addresses));
  std::string order;
  std::map<std::string, int> count;
  for (int connection = 0; connection < 5; ++connection) {
    Peer client = gateway.connect();
    for (int i = 0; i < 6; ++i) {
      client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
      const std::string name = client.read_response().body;
      order += name.substr(0, 2) + " ";
      ++count[name];
    }
  }
  CHECK(order.substr(0, 18) == "on tw th on tw th ");
  CHECK(count == std::map<std::string, int>{{"one /", 10}, {"two /", 10}, {"three /", 10}});
  const Json upstream = json_of(gateway.admin("/status")).at("upstreams").at(0);
  for (size_t i = 0; i < 3; ++i) CHECK(upstream.at("backends").at(i).at("picks").text == "10");
}

}  // namespace
}  // namespace glassgate::test
