// The exercises of docs/lessons/20-routing.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "20_routes_in_vain.h"
#include "gateway/route_table.h"
#include "support/routes.h"

namespace glassgate::exercises {
namespace {

using Indices = std::vector<size_t>;
constexpr auto exact = RouteConfig::Match::exact;

TEST_CASE("exercise 20.1: a route that takes GET takes HEAD as well, and who wins is decided as before" *
          doctest::skip()) {
  const std::vector<RouteConfig> routes{
      with_methods(route("read", "/a"), {"GET"}), with_methods(route("write", "/a"), {"POST"}),
      with_methods(route("head", "/b", exact), {"HEAD"}), with_methods(route("get", "/b"), {"GET"})};
  const RouteTable table(routes);
  const http::Fields none;
  const auto answer = [&](const char* method, const char* path) {
    const RouteMatch match = table.match({method, "h", path, "", none});
    return match.route ? match.route->upstream : match.allow;
  };
  CHECK(answer("GET", "/a") == "read");
  CHECK(answer("HEAD", "/a") == "read");
  CHECK(answer("POST", "/a") == "write");
  CHECK(answer("HEAD", "/b") == "head");
  CHECK(answer("HEAD", "/b/c") == "get");
  CHECK(answer("head", "/a") == "GET, POST");  // methods have case
  CHECK(answer("PUT", "/a") == "GET, POST");
}

TEST_CASE("exercise 20.2: routes that an earlier one leaves nothing to are found" * doctest::skip()) {
  CHECK(routes_in_vain({route("1", "/a"), route("2", "/a")}) == Indices{1});
  CHECK(routes_in_vain({route("1", "/a"), route("2", "/b"), route("3", "/a"), route("4", "/a")}) == Indices{2, 3});
  CHECK(routes_in_vain({route("1", "/a"), route("2", "/a", exact), on_host(route("3", "/a"), "h")}).empty());
  CHECK(routes_in_vain({route("1", "/a"), route("2", "/a/")}) == Indices{1});  // as prefixes they are one
  CHECK(routes_in_vain({route("1", "/a", exact), route("2", "/a/", exact)}).empty());
  CHECK(routes_in_vain({route("1", "/"), route("2", "/")}) == Indices{1});
  CHECK(routes_in_vain({with_methods(route("1", "/a"), {"GET", "PUT"}), with_methods(route("2", "/a"), {"PUT", "GET"}),
                        with_methods(route("3", "/a"), {"PUT"})}) == Indices{1});
  const FieldMatch x{"X", "1", false};
  const FieldMatch y{"Y", "", true};
  CHECK(routes_in_vain({with_headers(route("1", "/a"), {x, y}), with_headers(route("2", "/a"), {y, x}),
                        with_query(route("3", "/a"), {x, y})}) == Indices{1});
}

}  // namespace
}  // namespace glassgate::exercises
