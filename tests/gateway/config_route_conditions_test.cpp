#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "gateway/config_schema.h"
#include "support/config_text.h"

namespace glassgate {
namespace {

// A configuration whose only route stands in line 3 and begins with `conditions`, in column 5.
std::string with_route(const std::string& conditions) {
  return "listen: a:1\nroutes:\n  - {" + conditions + ", backends: [a:1]}";
}

struct Row {
  std::string text;
  std::string error;  // nothing: it is good
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(errors_of(with_route(row.text)) == row.error);
  }
}

std::string errors_of_path(const std::string& path) {
  return errors_of(with_route("path: '" + path + "'"));
}

std::string path_error(const std::string& path, const std::string& expected) {
  return "3:12: routes[0].path: found \"" + path + '"' + expected;
}

RouteConfig route_of(const std::string& conditions) {
  const ConfigResult result = parse_config(with_route(conditions));
  REQUIRE(result.config != nullptr);
  return result.config->routes.at(0);
}

TEST_CASE("a path comes out normalised, a prefix without the slash or star at its end") {
  for (const auto& row : std::vector<std::pair<std::string, std::string>>{{"/", "/"},
                                                                          {"/*", "/"},
                                                                          {"/api", "/api"},
                                                                          {"/api/", "/api"},
                                                                          {"/api/*", "/api"},
                                                                          {"/api*", "/api"},
                                                                          {"//api///x", "/api/x"},
                                                                          {"/a/./b/../c", "/a/c"},
                                                                          {"/%61pi", "/api"},
                                                                          {"/a%20b", "/a b"},
                                                                          {"/a%2A", "/a*"},
                                                                          {"/caf\xC3\xA9", "/caf\xC3\xA9"}}) {
    const auto& text = row.first;
    const auto& path = row.second;
    CAPTURE(text);
    CHECK(route_of("path: '" + text + "'").path == path);
  }
  CHECK(route_of("path: /api/, match: exact").path == "/api/");
  CHECK(route_of("path: /api, match: exact").path == "/api");
  CHECK(route_of("path: /api, match: exact").match == RouteConfig::Match::exact);
}

TEST_CASE("a path that could not match as it is meant is refused") {
  const std::string literal = ", expected a path such as /api/users, without '?', '#', braces, or a '*' before its end";
  const std::string escapes =
      ", expected a path whose every % begins an escape such as %20, and none of a control character";
  for (const std::string path : {"", "api", "*", "http://a/b", "/a?b=c", "/a#b", "/a/{id}", "/a/*/b", "/**"}) {
    CAPTURE(path);
    CHECK(errors_of_path(path) == path_error(path, literal));
  }
  for (const std::string path : {"/%zz", "/%2", "/a%00", "/a%0Ab"}) {
    CAPTURE(path);
    CHECK(errors_of_path(path) == path_error(path, escapes));
  }
  check_rows({
      {"path: ", "3:6: routes[0].path: found nothing" + literal},
      {"path: [/a]", "3:12: routes[0].path: found a list" + literal},
      {"path: \"/a\\nb\"", "3:12: routes[0].path: found \"/a\\nb\"" + literal},
      {"match: exact, path: /a/*",
       "3:26: routes[0].path: found \"/a/*\", expected a path without '*', because this route's match is exact"},
      {"match: exactly, path: /a/*",
       "3:13: routes[0].match: found \"exactly\", expected prefix or exact; did you mean exact?"},
  });
}

TEST_CASE("a host is a name or one wildcard, in lower case") {
  CHECK(route_of("path: /, host: API.Example.com").host == "api.example.com");
  CHECK(route_of("path: /, host: '*.Example.com'").host == "*.example.com");
  const std::string expected = ", expected a host without port, such as api.example.com or *.example.com";
  check_rows({
      {"path: /, host: '*'", "3:21: routes[0].host: found \"*\"" + expected},
      {"path: /, host: 'a:80'", "3:21: routes[0].host: found \"a:80\"" + expected},
      {"path: /, host: a.*.b", "3:21: routes[0].host: found \"a.*.b\"" + expected},
      {"path: /, host: [a]", "3:21: routes[0].host: found a list" + expected},
  });
}

TEST_CASE("methods are tokens, in upper case where they are standard, and each stands once") {
  CHECK(route_of("path: /, methods: [GET, M-SEARCH, custom]").methods ==
        std::vector<std::string>{"GET", "M-SEARCH", "custom"});
  const std::string list = ", expected a list of one or more methods such as [GET, POST]";
  const std::string method = ", expected a method such as GET or POST; methods are in upper case";
  check_rows({
      {"path: /, methods: []", "3:24: routes[0].methods: found an empty list" + list},
      {"path: /, methods: GET", "3:24: routes[0].methods: found \"GET\"" + list},
      {"path: /, methods: [get, G ET, ~, Post]", "3:24: routes[0].methods[2]: found nothing" + method +
                                                     "\n3:25: routes[0].methods[0]: found \"get\"" + method +
                                                     "\n3:30: routes[0].methods[1]: found \"G ET\"" + method +
                                                     "\n3:39: routes[0].methods[3]: found \"Post\"" + method},
      {"path: /, methods: [GET, PUT, GET]", "3:35: routes[0].methods[2]: this method stands twice"},
  });
}

TEST_CASE("headers have names that are tokens, once each in any case, and a value or a star") {
  const RouteConfig route = route_of("path: /, headers: {X-A: v2, x-b: 1, X-C: \"*\", X-D: '', X-E: 'a \"b\"'}");
  CHECK(
      route.headers ==
      std::vector<FieldMatch>{
          {"X-A", "v2", false}, {"x-b", "1", false}, {"X-C", "", true}, {"X-D", "", false}, {"X-E", "a \"b\"", false}});
  const std::string value = ", expected a header's value in one line without space around it, or \"*\" for any";
  check_rows({
      {"path: /, headers: {}", ""},
      {"path: /, headers: [X-A]", "3:24: routes[0].headers: found a list, expected a map from header names to values"},
      {"path: /, headers: {X-A: 1, x-a: 2}",
       "3:33: routes[0].headers.x-a: this header stands twice, as names compare without case; the first is in line 3"},
      {"path: /, headers: {\"X A\": 1}",
       "3:25: routes[0].headers.X A: a header's name is letters, digits and any of !#$%&'*+-.^_`|~"},
      {"path: /, headers: {X-A: }", "3:25: routes[0].headers.X-A: found nothing" + value},
      {"path: /, headers: {X-A: [1]}", "3:30: routes[0].headers.X-A: found a list" + value},
      {"path: /, headers: {X-A: ' 1'}", "3:30: routes[0].headers.X-A: found \" 1\"" + value},
      {"path: /, headers: {X-A: \"1\\r\\nB: 2\"}", "3:30: routes[0].headers.X-A: found \"1\\r\\nB: 2\"" + value},
  });
}

TEST_CASE("query parameters compare with case, and have a value or a star") {
  const RouteConfig route = route_of("path: /, query: {a: 1, A: '*', 'b c': ''}");
  CHECK(route.query == std::vector<FieldMatch>{{"a", "1", false}, {"A", "", true}, {"b c", "", false}});
  check_rows({
      {"path: /, query: a=1", "3:22: routes[0].query: found \"a=1\", expected a map from query parameters to values"},
      {"path: /, query: {a: 1, a: 2}", "3:29: routes[0].query.a: this key stands twice; the first is in line 3"},
      {"path: /, query: {a: }",
       "3:23: routes[0].query.a: found nothing, expected a query parameter's value in one line, or \"*\" for any"},
      {"path: /, query: {\"a\\nb\": 1}", "3:23: routes[0].query.a\\nb: this is no name of a query parameter"},
  });
}

}  // namespace
}  // namespace glassgate
