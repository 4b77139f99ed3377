#include "gateway/route_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "http/target.h"
#include "support/routes.h"

namespace glassgate {
namespace {

using Match = RouteConfig::Match;

struct Asked {
  std::string target = "/";
  std::string host = "example.com";
  std::string method = "GET";
  std::vector<std::pair<std::string, std::string>> headers{};
};

// As the gateway asks: the target cut and its path normalised.
RouteMatch ask(const RouteTable& table, const Asked& asked) {
  const auto target = http::split_target(asked.method, asked.target);
  REQUIRE(target.has_value());
  const auto path = http::normalise_path(target->path);
  REQUIRE(path.has_value());
  http::Fields fields;
  for (const auto& [name, value] : asked.headers) fields.add(name, value);
  return table.match({asked.method, asked.host, *path, target->query, fields});
}

// The upstream of the route, "405 <Allow>" or "404".
std::string answer(const std::vector<RouteConfig>& routes, const Asked& asked) {
  const RouteTable table(routes);
  const RouteMatch match = ask(table, asked);
  if (match.route == nullptr) return match.allow.empty() ? "404" : "405 " + match.allow;
  CHECK(match.allow.empty());
  CHECK(match.route == &routes[match.index]);
  return match.route->upstream;
}

TEST_CASE("a prefix matches whole segments only (I1)") {
  const std::vector<RouteConfig> routes = {route("api", "/api")};
  for (const std::string target : {"/api", "/api/", "/api/x", "/api/x/y", "/api?x", "/api/?x", "/api/apix"}) {
    CAPTURE(target);
    CHECK(answer(routes, {target}) == "api");
  }
  for (const std::string target : {"/", "/apix", "/ap", "/x/api", "/api.x", "/api%20", "/apix/api", "/API", "/Api/x"}) {
    CAPTURE(target);
    CHECK(answer(routes, {target}) == "404");
  }
}

TEST_CASE("a prefix with a slash at its end is the prefix without it") {
  const std::vector<RouteConfig> routes = {route("api", "/api/")};
  CHECK(answer(routes, {"/api"}) == "api");
  CHECK(answer(routes, {"/api/"}) == "api");
  CHECK(answer(routes, {"/api/x"}) == "api");
  CHECK(answer(routes, {"/apix"}) == "404");
}

TEST_CASE("an exact path matches that path and no other") {
  const std::vector<RouteConfig> routes = {route("a", "/a", Match::exact), route("b/", "/b/", Match::exact),
                                           route("root", "/", Match::exact)};
  const struct {
    const char* target;
    const char* answer;
  } rows[] = {{"/a", "a"},   {"/a/", "404"},  {"/a/x", "404"}, {"/b", "404"},
              {"/b/", "b/"}, {"/b/x", "404"}, {"/", "root"},   {"/x", "404"}};
  for (const auto& row : rows) {
    CAPTURE(std::string(row.target));
    CHECK(answer(routes, {row.target}) == row.answer);
  }
}

TEST_CASE("the catch-all takes every path") {
  const std::vector<RouteConfig> routes = {route("all", "/")};
  for (const std::string target : {"/", "/a", "/a/b/c", "//", "/..", "/%20", "/a%2Fb"}) {
    CAPTURE(target);
    CHECK(answer(routes, {target}) == "all");
  }
}

TEST_CASE("what does not begin with '/' matches nothing, not even the catch-all") {
  const std::vector<RouteConfig> routes = {route("all", "/")};
  const RouteTable table(routes);
  const http::Fields fields;
  for (const std::string path : {"", "*", "a"}) {
    CHECK(table.match({"OPTIONS", "h", path, "", fields}).route == nullptr);
    CHECK(table.match({"OPTIONS", "h", path, "", fields}).allow.empty());
  }
}

TEST_CASE("no spelling of a path slips past its route (I2)") {
  const std::vector<RouteConfig> routes = {route("admin", "/admin"), route("api", "/api"), route("all", "/")};
  for (const std::string target : {"/admin", "/admin/", "/admin/x", "/api/../admin", "/%61dmin", "//admin",
                                   "/admin%2f..%2fadmin", "/%2e%2e/admin", "/./admin", "/.//admin", "/%2Fadmin",
                                   "/%61%64%6D%69%6E", "/x/%2e%2E/admin/y", "/api/x/../../admin", "/api%2f..%2fadmin",

                                   "/admin/.", "/admin/../admin", "/api/..%2fadmin", "http://h/api/../admin"}) {
    CAPTURE(target);
    CHECK(answer(routes, {target}) == "admin");
  }
  for (const std::string target : {"/ADMIN", "/Admin/x", "/admin/..", "/admin/../x", "/%2561dmin", "/admin%20",
                                   "/adminx", "/api.admin", "/admi", "/administrator", "/admin;x"}) {
    CAPTURE(target);
    CHECK(answer(routes, {target}) == "all");
  }
}

// Each route wins over all that follow for the request below: the guarantee of the header, rung by rung.
std::vector<RouteConfig> ladder() {
  const FieldMatch h1{"X-A", "1", false};
  const FieldMatch h2{"X-B", "", true};
  const FieldMatch q1{"a", "1", false};
  const FieldMatch q2{"b", "", true};
  const auto rungs = [&](const std::string& host) {
    const auto base = [&](const std::string& path, Match match) { return on_host(route("", path, match), host); };
    std::vector<RouteConfig> out;
    for (const auto& [path, match] : {std::pair<std::string, Match>{"/a/b", Match::exact},
                                      {"/a/b", Match::prefix},
                                      {"/a", Match::prefix},
                                      {"/", Match::prefix}}) {
      out.push_back(with_query(with_headers(with_methods(base(path, match), {"GET"}), {h1, h2}), {q1}));
      out.push_back(with_query(with_headers(with_methods(base(path, match), {"GET"}), {h1}), {q1, q2}));
      out.push_back(with_query(with_headers(with_methods(base(path, match), {"GET", "PUT"}), {h2}), {q1}));
      out.push_back(with_headers(with_methods(base(path, match), {"GET"}), {h2}));
      out.push_back(with_methods(base(path, match), {"POST", "GET"}));
      out.push_back(with_headers(base(path, match), {h1, h2}));
      out.push_back(with_query(with_headers(base(path, match), {h1}), {q1}));
      out.push_back(with_headers(base(path, match), {h1}));
      out.push_back(with_query(base(path, match), {q1, q2}));
      out.push_back(with_query(base(path, match), {q1}));
      out.push_back(base(path, match));
    }
    return out;
  };
  std::vector<RouteConfig> out;
  for (const std::string host : {"x.api.example.com", "*.api.example.com", "*.example.com", "*.com", ""}) {
    const auto of_host = rungs(host);
    out.insert(out.end(), of_host.begin(), of_host.end());
  }
  for (size_t i = 0; i < out.size(); ++i) out[i].upstream = std::to_string(i);
  return out;
}

const Asked ladder_request{"/a/b?b=&a=1", "X.api.Example.com:80", "GET", {{"x-a", "1"}, {"x-b", "anything"}}};

TEST_CASE("the most specific route wins, whatever the order of the file (I4)") {
  std::mt19937 random(20240229);
  for (int round = 0; round < 4; ++round) {
    std::vector<RouteConfig> rest = ladder();
    std::shuffle(rest.begin(), rest.end(), random);
    // The winner is taken out again and again, so that every rung has to win over all those below it.
    const size_t rungs = rest.size();
    for (size_t expected = 0; expected < rungs; ++expected) {
      REQUIRE(answer(rest, ladder_request) == std::to_string(expected));
      rest.erase(std::find_if(rest.begin(), rest.end(),
                              [&](const RouteConfig& one) { return one.upstream == std::to_string(expected); }));
    }
    CHECK(answer(rest, ladder_request) == "404");
  }
}

TEST_CASE("between routes that are equal in everything else the first in the file wins (I4)") {
  const auto same = [](const std::string& name, const std::string& header) {
    return with_headers(with_methods(route(name, "/a"), {"GET"}), {{header, "", true}});
  };
  const Asked asked{"/a", "h", "GET", {{"X", ""}, {"Y", ""}}};
  CHECK(answer({same("first", "X"), same("second", "Y")}, asked) == "first");
  CHECK(answer({same("first", "Y"), same("second", "X")}, asked) == "first");
  // Which methods are named, and how many, makes no difference.
  CHECK(answer({with_methods(route("first", "/a"), {"GET"}), with_methods(route("second", "/a"), {"PUT", "GET"})},
               asked) == "first");
  CHECK(answer({with_methods(route("first", "/a"), {"PUT", "GET"}), with_methods(route("second", "/a"), {"GET"})},
               asked) == "first");
}

TEST_CASE("where conditions fail, the next best route is taken: shorter prefix, shorter wildcard, any host") {
  const FieldMatch beta{"X-Beta", "1", false};
  const std::vector<RouteConfig> routes = {
      on_host(with_headers(route("exact host", "/a/b", Match::exact), {beta}), "api.example.com"),
      on_host(with_headers(route("exact host, prefix", "/a"), {{"X-Beta", "2", false}}), "api.example.com"),
      on_host(with_query(route("wildcard", "/a"), {{"q", "", true}}), "*.example.com"),
      route("any host", "/a"),
  };
  const std::string host = "api.example.com";
  CHECK(answer(routes, {"/a/b?q", host, "GET", {{"X-Beta", "1"}}}) == "exact host");
  CHECK(answer(routes, {"/a/b?q", host, "GET", {{"X-Beta", "2"}}}) == "exact host, prefix");
  CHECK(answer(routes, {"/a/b?q", host, "GET", {}}) == "wildcard");
  CHECK(answer(routes, {"/a/b", host, "GET", {}}) == "any host");
  CHECK(answer(routes, {"/b", host, "GET", {}}) == "404");
}

TEST_CASE("405 when only the method is wrong, and Allow names the methods in the order of the file (I3)") {
  const std::vector<RouteConfig> routes = {
      with_methods(route("1", "/a"), {"PUT", "GET"}),
      with_methods(route("2", "/a/b", Match::exact), {"DELETE"}),
      with_methods(route("3", "/a/b"), {"GET", "PATCH"}),
      with_methods(on_host(route("4", "/a"), "*.example.com"), {"LOCK", "GET"}),
      with_headers(with_methods(route("5", "/a"), {"TRACE"}), {{"X-Debug", "", true}}),
      with_query(with_methods(route("6", "/a"), {"BREW"}), {{"tea", "", true}}),
  };
  CHECK(answer(routes, {"/a", "h", "POST", {}}) == "405 PUT, GET");
  CHECK(answer(routes, {"/a/b", "h", "POST", {}}) == "405 PUT, GET, DELETE, PATCH");
  CHECK(answer(routes, {"/a/b/c", "h", "POST", {}}) == "405 PUT, GET, PATCH");
  CHECK(answer(routes, {"/a", "x.example.com", "POST", {}}) == "405 PUT, GET, LOCK");
  CHECK(answer(routes, {"/a", "h", "POST", {{"x-debug", "1"}}}) == "405 PUT, GET, TRACE");
  CHECK(answer(routes, {"/a?tea", "h", "POST", {}}) == "405 PUT, GET, BREW");
  CHECK(answer(routes, {"/b", "h", "POST", {}}) == "404");
  CHECK(answer(routes, {"/ax", "h", "GET", {}}) == "404");
}

TEST_CASE("methods are literal: GET does not bring HEAD, and case counts (I3)") {
  const std::vector<RouteConfig> routes = {with_methods(route("get", "/a"), {"GET"})};
  CHECK(answer(routes, {"/a", "h", "HEAD", {}}) == "405 GET");
  CHECK(answer(routes, {"/a", "h", "get", {}}) == "405 GET");
  CHECK(answer(routes, {"/a", "h", "OPTIONS", {}}) == "405 GET");
}

TEST_CASE("a less specific route that takes the method is better than 405 (I3)") {
  const std::vector<RouteConfig> routes = {
      on_host(with_methods(route("get", "/a", Match::exact), {"GET"}), "h"),
      route("all", "/"),
  };
  CHECK(answer(routes, {"/a", "h", "GET", {}}) == "get");
  CHECK(answer(routes, {"/a", "h", "POST", {}}) == "all");
}

TEST_CASE("404, not 405, when another condition fails as well (I3)") {
  const std::vector<RouteConfig> routes = {
      with_headers(with_methods(route("get", "/a"), {"GET"}), {{"X-Version", "v2", false}})};
  CHECK(answer(routes, {"/a", "h", "POST", {}}) == "404");
  CHECK(answer(routes, {"/a", "h", "POST", {{"X-Version", "v1"}}}) == "404");
  CHECK(answer(routes, {"/a", "h", "POST", {{"X-Version", "v2"}}}) == "405 GET");
  CHECK(answer(routes, {"/a", "h", "GET", {{"X-Version", "v1"}}}) == "404");
}

TEST_CASE("no routes, no match") {
  CHECK(answer({}, {}) == "404");
}

std::string repeated(std::string_view piece, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += piece;
  return out;
}

TEST_CASE("a path of 64 KiB and routes as deep are matched and destroyed without recursion") {
  const size_t depth = 32 * 1024;
  std::vector<RouteConfig> routes = {route("deep", repeated("/a", depth), Match::exact), route("all", "/")};
  for (size_t i = 1; i <= 64; ++i) {
    routes.push_back(with_headers(route("prefix", repeated("/a", i * 512)), {{"X-None", "", true}}));
  }
  const RouteTable table(routes);
  CHECK(ask(table, {repeated("/a", depth)}).index == 0);
  CHECK(ask(table, {repeated("/a", depth - 1)}).index == 1);
  CHECK(ask(table, {repeated("/a", depth) + "/b"}).index == 1);
  CHECK(ask(table, {repeated("/a/..", depth) + repeated("/a", depth)}).index == 0);
  CHECK(ask(table, {repeated("/", 2 * depth)}).index == 1);
}

TEST_CASE("ten thousand routes are told apart") {
  std::vector<RouteConfig> routes;
  for (int i = 0; i < 10000; ++i) {
    const std::string number = std::to_string(i);
    routes.push_back(on_host(route(number, "/api/" + number), i % 3 == 0 ? "h" + number + ".example.com" : ""));
  }
  const RouteTable table(routes);
  for (size_t i = 0; i < routes.size(); ++i) {
    const std::string host = routes[i].host.empty() ? "example.com" : routes[i].host;
    REQUIRE(ask(table, {"/api/" + std::to_string(i) + "/x", host}).index == i);
    REQUIRE(ask(table, {"/api/" + std::to_string(i) + "x", host}).route == nullptr);
  }
}

}  // namespace
}  // namespace glassgate
