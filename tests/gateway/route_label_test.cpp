#include "gateway/route_label.h"

#include <doctest/doctest.h>

#include <set>
#include <string>
#include <vector>

#include "support/config_text.h"
#include "support/routes.h"

namespace glassgate {
namespace {

TEST_CASE("a label says what a route asks for, as a person would") {
  const RouteConfig everything = with_query(
      with_headers(
          with_methods(on_host(route("u", "/users", RouteConfig::Match::exact), "*.example.com"), {"GET", "POST"}),
          {{"X-Version", "v2"}, {"X-Any", "", true}}),
      {{"beta", "1"}, {"all", "", true}});
  const std::vector<std::pair<RouteConfig, std::string>> rows{
      {route("u", "/"), "/"},
      {route("u", "/api/users"), "/api/users"},
      {route("u", "/users", RouteConfig::Match::exact), "= /users"},
      {on_host(route("u", "/users"), "api.example.com"), "api.example.com/users"},
      {with_methods(route("u", "/"), {"GET"}), "GET /"},
      {with_methods(route("u", "/"), {"GET", "PURGE"}), "GET,PURGE /"},
      {with_headers(route("u", "/"), {{"X-Version", "v2"}}), "/ {X-Version: v2}"},
      {with_headers(route("u", "/"), {{"X-Version", "", true}}), "/ {X-Version: *}"},
      {with_query(route("u", "/"), {{"beta", "1"}}), "/ ?beta=1"},
      {with_query(route("u", "/"), {{"beta", ""}}), "/ ?beta="},
      {with_headers(route("u", "/"), {{"X", "a} {Y: b"}}), R"(/ {X: "a} {Y: b"})"},
      {with_query(route("u", "/"), {{"a=b", "c"}}), R"(/ ?"a=b"=c)"},
      {with_query(route("u", "/"), {{"a", "b=c"}}), "/ ?a=b=c"},
      {with_query(route("u", "/"), {{"a", "\"x"}}), R"(/ ?a="\"x")"},
      {route("u", "/a b {X: y}"), "/a%20b%20%7BX:%20y%7D"},
      {route("u", "/\xFE"), "/%FE"},
      {everything, "GET,POST = *.example.com/users {X-Any: *} {X-Version: v2} ?all=* ?beta=1"},
  };
  for (const auto& [config, label] : rows) CHECK(route_label(config) == label);
}

TEST_CASE("the upstream is no part of it: a route that is sent elsewhere by a reload keeps its label") {
  CHECK(route_label(route("one", "/x")) == route_label(route("another", "/x")));
  RouteConfig stripped = route("one", "/x");
  stripped.strip_prefix = "/x";
  CHECK(route_label(stripped) == "/x");
}

TEST_CASE("in whatever order a route asks, its label is the same") {
  const RouteConfig one = with_query(
      with_headers(with_methods(route("u", "/x"), {"GET", "POST"}), {{"A", "1"}, {"B", "2"}}),
      {{"a", "1"}, {"b", "2"}});
  const RouteConfig other = with_query(
      with_headers(with_methods(route("u", "/x"), {"POST", "GET"}), {{"B", "2"}, {"A", "1"}}),
      {{"b", "2"}, {"a", "1"}});
  CHECK(route_label(one) == route_label(other));
}

TEST_CASE("a name for logs leaves out the values, which may be secrets") {
  const RouteConfig all = with_query(with_headers(with_methods(route("u", "/x"), {"GET"}), {{"X-Token", "s3cret"}}),
                                     {{"token", "s3cret"}});
  CHECK(route_name(all) == "GET /x {X-Token} ?token");
  CHECK(route_name(route("u", "/x")) == route_label(route("u", "/x")));
}

TEST_CASE("the routes of one configuration have labels that all differ") {
  const std::string yaml = R"(listen: 127.0.0.1:0
upstreams: {u: {backends: [one:1]}}
routes:
  - {path: /a, upstream: u}
  - {path: /a, match: exact, upstream: u}
  - {path: /a, host: a.example, upstream: u}
  - {path: /a, host: "*.a.example", upstream: u}
  - {path: /a, methods: [GET], upstream: u}
  - {path: /a, methods: [GET, POST], upstream: u}
  - {path: /a, headers: {X: a}, upstream: u}
  - {path: /a, headers: {X: "*"}, upstream: u}
  - {path: /a, headers: {X: a, Y: b}, upstream: u}
  - {path: /a, query: {X: a}, upstream: u}
  - {path: /a, query: {X: "*"}, upstream: u}
  - {path: /a, query: {x: a}, upstream: u}
  - {path: /a, query: {x: "a ?y=b"}, upstream: u}
  - {path: /a, query: {x: a, y: b}, upstream: u}
  - {path: /a, query: {"x=a": b}, upstream: u}
  - {path: /a, query: {x: a=b}, upstream: u}
  - {path: /a, headers: {X: "a} {Y: b"}, upstream: u}
  - {path: /a/b, upstream: u}
  - {path: "/a%20%7BX:%20a%7D", upstream: u}
  - {path: /%fe, upstream: u}
  - {path: /%ff, upstream: u}
)";
  const ConfigResult read = parse_config(yaml);
  REQUIRE(read.config);
  std::set<std::string> labels;
  for (const RouteConfig& each : read.config->routes) labels.insert(route_label(each));
  CHECK(labels.size() == read.config->routes.size());
}

}  // namespace
}  // namespace glassgate
