#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/config_schema.h"
#include "support/config_text.h"

namespace glassgate {
namespace {

const std::string head = "listen: 127.0.0.1:9000\nupstreams: {users: {backends: [a:1]}, orders: {backends: [b:1]}}\n";

struct Row {
  std::string text;   // line 3 and on
  std::string error;  // nothing: it is good
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(errors_of(head + row.text) == row.error);
  }
}

// Two routes, in the lines 4 and 5.
std::string errors_of_two(const std::string& first, const std::string& second) {
  return errors_of(head + "routes:\n - {upstream: users, " + first + "}\n - {upstream: orders, " + second + "}");
}

TEST_CASE("there is at least one route, and each is a map with a path") {
  check_rows({
      {"", "1:1: routes: missing, expected a list of one or more routes"},
      {"routes: []", "3:9: routes: found an empty list, expected a list of one or more routes"},
      {"routes: {path: /}", "3:9: routes: found a map, expected a list of one or more routes"},
      {"routes: [/]", "3:10: routes[0]: found \"/\", expected a map with at least path, and upstream or backends"},
      {"routes: [{upstream: users}]", "3:10: routes[0].path: missing, expected a path such as /api/users"},
      {"routes: [{pth: /, upstream: users}]", "3:11: routes[0].pth: unknown key; did you mean path?"},
      {"routes: [{path: /, upstream: users, timeout: 5s}]",
       "3:37: routes[0].timeout: unknown key; known here: path, match, host, methods, headers, query, strip_prefix, "
       "upstream, backends, rate_limit"},
      {"routes: [{path: /, upstream: users, match: regex}]",
       "3:44: routes[0].match: found \"regex\", expected prefix or exact"},
  });
}

TEST_CASE("a route has exactly one of upstream and backends") {
  check_rows({
      {"routes: [{path: /}]", "3:10: routes[0].upstream: missing, expected the name of an upstream, or backends"},
      {"routes: [{path: /, upstream: users, backends: [a:1]}]",
       "3:37: routes[0].backends: this route has an upstream too, expected one of the two"},
      {"routes: [{path: /, backends: []}]",
       "3:30: routes[0].backends: found an empty list, expected a list of one or more backends such as "
       "[127.0.0.1:9101]"},
      {"routes: [{path: /, backends: [{address: 'a:1', weight: 0}]}]",
       "3:56: routes[0].backends[0].weight: found \"0\", expected a whole number from 1 to 65535"},
  });
}

TEST_CASE("a route's upstream exists") {
  check_rows({
      {"routes: [{path: /, upstream: usres}]",
       "3:30: routes[0].upstream: found \"usres\", expected the name of one of this file's upstreams; did you mean "
       "users?"},
      {"routes: [{path: /, upstream: Users}]",
       "3:30: routes[0].upstream: found \"Users\", expected the name of one of this file's upstreams; did you mean "
       "users?"},
      {"routes: [{path: /, upstream: }]",
       "3:20: routes[0].upstream: found nothing, expected the name of one of this file's upstreams"},
      // The name that a short form makes is not for others.
      {"routes: [{path: /a, backends: [a:1]}, {path: /b, upstream: /a}]",
       "3:60: routes[1].upstream: found \"/a\", expected the name of one of this file's upstreams"},
  });
}

TEST_CASE("a mistake in an upstream does not make references to it wrong") {
  const std::string routes = "routes: [{path: /, upstream: users}]\n";
  const std::string listen = "listen: a:1\n";
  CHECK(errors_of(listen + routes + "upstreams: {users: {backends: [a]}}").find("routes") == std::string::npos);
  CHECK(errors_of(listen + routes + "upstreams: {users: }").find("routes") == std::string::npos);
  CHECK(errors_of(listen + routes + "upstreams: 5") ==
        "3:12: upstreams: found \"5\", expected a map from names to upstreams");
  CHECK(errors_of(listen + routes + "upstream: {users: {backends: [a:1]}}") ==
        "3:1: upstream: unknown key; did you mean upstreams?");
  CHECK(errors_of(listen + routes) ==
        "2:30: routes[0].upstream: found \"users\", expected the name of one of this file's upstreams");
}

TEST_CASE("strip_prefix is a prefix of the path by whole segments") {
  const std::string expected = ", expected a prefix of this route's path /api/users by whole segments";
  check_rows({
      {"routes: [{path: /api/users, upstream: users, strip_prefix: /api}]", ""},
      {"routes: [{path: /api/users, upstream: users, strip_prefix: /api/}]", ""},
      {"routes: [{path: /api/users, upstream: users, strip_prefix: /api/users}]", ""},
      {"routes: [{path: /api/users, upstream: users, strip_prefix: /ap}]",
       "3:60: routes[0].strip_prefix: found \"/ap\"" + expected},
      {"routes: [{path: /api/users, upstream: users, strip_prefix: /api/users/7}]",
       "3:60: routes[0].strip_prefix: found \"/api/users/7\"" + expected},
      {"routes: [{path: /api/users, upstream: users, strip_prefix: /}]",
       "3:60: routes[0].strip_prefix: found \"/\", expected a prefix longer than '/'"},
      {"routes: [{path: api, upstream: users, strip_prefix: /x}]",
       "3:17: routes[0].path: found \"api\", expected a path such as /api/users, without '?', '#', braces, or a '*' "
       "before "
       "its end"},
  });
}

TEST_CASE("two routes that ask the same are an error, because the second could never win") {
  const std::string message =
      "5:4: routes[1]: asks the same of a request as routes[0] in line 4, so it could never win";
  struct Pair {
    std::string first;
    std::string second;
    bool same;
  };
  for (const auto& row : std::vector<Pair>{
           {"path: /a", "path: /a", true},
           {"path: /a", "path: /a/", true},
           {"path: /a", "path: /a/*", true},
           {"path: /a", "path: /x/../%61", true},
           {"path: /a", "path: /b", false},
           {"path: /a", "path: /a, match: exact", false},
           {"path: /a/, match: exact", "path: /a, match: exact", false},
           {"path: /a, host: A.com", "path: /a, host: a.com", true},
           {"path: /a, host: a.com", "path: /a", false},
           {"path: /a, host: '*.a.com'", "path: /a, host: a.com", false},
           {"path: /a, methods: [GET, PUT]", "path: /a, methods: [PUT, GET]", true},
           {"path: /a, methods: [GET]", "path: /a", false},
           {"path: /a, headers: {X: 1, Y: '*'}", "path: /a, headers: {y: '*', x: 1}", true},
           {"path: /a, headers: {X: a}", "path: /a, headers: {X: A}", false},
           {"path: /a, headers: {X: any}", "path: /a, headers: {X: '*'}", false},
           {"path: /a, query: {x: 1, y: 2}", "path: /a, query: {y: 2, x: 1}", true},
           {"path: /a, query: {x: 1}", "path: /a, query: {X: 1}", false},
           {"path: /a, query: {x: 1}", "path: /a, headers: {x: 1}", false},
           {"path: /a, query: {'x is': y}", "path: /a, query: {x: is y}", false},
       }) {
    const auto& first = row.first;
    const auto& second = row.second;
    const auto& same = row.same;
    CAPTURE(first);
    CAPTURE(second);
    CHECK(errors_of_two(first, second) == (same ? message : ""));
  }
}

TEST_CASE("a route with a mistake in its conditions is not compared") {
  CHECK(errors_of(head + "routes: [{path: /a, upstream: users, host: 'a:1'}, {path: /a, upstream: users}]") ==
        "3:44: routes[0].host: found \"a:1\", expected a host without port, such as api.example.com or *.example.com");
  CHECK(errors_of(head + "routes: [{path: /a, upstream: userz}, {path: /a, upstream: users}]").find("never win") !=
        std::string::npos);
}

TEST_CASE("no route's name is another's, whatever parameters are called") {
  const ConfigResult result = parse_config(
      head +
      "routes: [{path: /, query: {x: 1}, backends: ['a:1']}, {path: /, query: {x: 2}, backends: ['b:1']}, "
      "{path: /, query: {'x#2': 1}, backends: ['c:1']}]");
  REQUIRE(result.config != nullptr);
  std::string names;
  for (const RouteConfig& route : result.config->routes) names += route.name + '|';
  CHECK(names == "/ ?x|/ ?x#2|/ ?\"x#2\"|");
}

TEST_CASE("a short form makes an upstream with every default, named as the route is") {
  const ConfigResult result = parse_config(
      head +
      "routes: [{path: /a, upstream: users}, {path: /a/*, headers: {X: 1}, backends: ['http://c', 'd:1']}, "
      "{path: /a, headers: {X: 2}, backends: [{address: 'c:80', weight: 2}]}, {path: '/%FF%232', backends: [e:1]}, "
      "{path: /, match: exact, backends: [f:1]}]");
  REQUIRE(result.config != nullptr);
  const Config& config = *result.config;
  std::string names;
  for (const UpstreamConfig& upstream : config.upstreams) names += upstream.name + '|';
  CHECK(names == "users|orders|/a {X}|/a {X}#2|/%FF%232|= /|");
  std::string used;
  for (const RouteConfig& route : config.routes) used += route.upstream + '|';
  CHECK(used == "users|/a {X}|/a {X}#2|/%FF%232|= /|");

  const UpstreamConfig defaults;
  const UpstreamConfig& made = config.upstreams[2];
  CHECK(made.balancer == defaults.balancer);
  CHECK(made.pool == defaults.pool);
  CHECK(made.health == defaults.health);
  CHECK(made.backends == std::vector<BackendConfig>{{{"c", 80}, 1}, {{"d", 1}, 1}});
  CHECK(config.upstreams[3].backends == std::vector<BackendConfig>{{{"c", 80}, 2}});
}

}  // namespace
}  // namespace glassgate
