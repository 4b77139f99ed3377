#include "gateway/route_verdicts.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/routes.h"

namespace glassgate {
namespace {

struct Asked {
  std::string method = "GET";
  std::string host = "h";
  std::string path = "/";
  std::string query{};
  std::vector<std::pair<std::string, std::string>> fields{};
};

std::vector<RouteVerdict> judge(const std::vector<RouteConfig>& routes, const Asked& asked) {
  http::Fields fields;
  for (const auto& [name, value] : asked.fields) fields.add(name, value);
  const RouteRequest request{asked.method, asked.host, asked.path, asked.query, fields};
  const RouteMatch match = RouteTable(routes).match(request);
  return judge_routes(routes, request, match.route);
}

std::string reason_for(const RouteConfig& config, const Asked& asked) {
  return std::string(judge({config}, asked).at(0).reason);
}

TEST_CASE("one route alone: what it asks for is looked at in a fixed order, and the first miss is the reason") {
  const RouteConfig picky = with_query(
      with_headers(with_methods(on_host(route("u", "/api"), "api.example"), {"POST"}), {{"X-Version", "v2"}}),
      {{"beta", "1"}});
  Asked asked;
  CHECK(reason_for(picky, asked) == "its path does not match");
  asked.path = "/api/x";
  CHECK(reason_for(picky, asked) == "its host does not match");
  asked.host = "API.example:80";
  CHECK(reason_for(picky, asked) == "its headers do not match");
  asked.fields = {{"x-version", "v1"}};
  CHECK(reason_for(picky, asked) == "its headers do not match");
  asked.fields = {{"x-version", "v2"}};
  CHECK(reason_for(picky, asked) == "its query parameters do not match");
  asked.query = "beta=1";
  CHECK(reason_for(picky, asked) == "its methods do not match");
  asked.method = "POST";
  CHECK(reason_for(picky, asked) == "wins");
}

TEST_CASE("paths match as the table has it: whole segments, or exactly") {
  CHECK(reason_for(route("u", "/api"), {"GET", "h", "/apix"}) == "its path does not match");
  CHECK(reason_for(route("u", "/api"), {"GET", "h", "/api/x"}) == "wins");
  const RouteConfig exact = route("u", "/api", RouteConfig::Match::exact);
  CHECK(reason_for(exact, {"GET", "h", "/api/x"}) == "its path does not match");
  CHECK(reason_for(exact, {"GET", "h", "/api"}) == "wins");
}

TEST_CASE("every route gets a verdict, in the file's order; one wins, and the others that match are less specific") {
  const std::vector<RouteConfig> routes{route("all", "/"), route("other", "/other"),
                                        with_headers(route("v2", "/api"), {{"X-Version", "v2"}}), route("api", "/api"),
                                        with_methods(route("post", "/api"), {"POST"})};
  const auto verdicts = judge(routes, {"GET", "h", "/api/x", "", {{"X-Version", "v2"}}});
  REQUIRE(verdicts.size() == routes.size());
  const std::string matches = "matches, but the winner comes first";
  const std::vector<std::pair<bool, std::string>> expected{{true, matches},
                                                           {false, "its path does not match"},
                                                           {true, "wins"},
                                                           {true, matches},
                                                           {true, "its methods do not match"}};
  for (size_t i = 0; i < routes.size(); ++i) {
    CAPTURE(i);
    CHECK(verdicts[i].route == &routes[i]);
    CHECK(verdicts[i].path_matches == expected[i].first);
    CHECK(verdicts[i].reason == expected[i].second);
  }
}

TEST_CASE("where no route takes the request, none wins") {
  const std::vector<RouteConfig> routes{with_methods(route("a", "/"), {"GET"}), route("b", "/b")};
  for (const Asked& asked : {Asked{"POST", "h", "/"}, Asked{"DELETE", "h", "/c"}}) {
    for (const RouteVerdict& verdict : judge(routes, asked)) CHECK(verdict.reason != "wins");
  }
  CHECK(judge({}, {}).empty());
}

// All combinations of a few hosts, paths, methods and headers, against routes that overlap in all of them.
TEST_CASE("the verdicts never disagree with the route table") {
  std::vector<RouteConfig> routes;
  for (const std::string host : {"", "a.example", "*.example"}) {
    for (const std::string path : {"/", "/x", "/x/y"}) {
      routes.push_back(on_host(route("u", path), host));
      routes.push_back(with_methods(on_host(route("u", path), host), {"GET"}));
      routes.push_back(with_headers(on_host(route("u", path, RouteConfig::Match::exact), host), {{"V", "1"}}));
    }
  }
  routes.erase(routes.begin());  // so that some requests have no route
  const RouteTable table(routes);
  for (const std::string host : {"", "a.example", "b.example", "example", "other"}) {
    for (const std::string path : {"/", "/x", "/x/y", "/x/y/z", "/z"}) {
      for (const std::string method : {"GET", "POST"}) {
        http::Fields fields;
        if (path.size() % 2 == 0) fields.add("V", "1");
        const RouteRequest request{method, host, path, "", fields};
        const RouteMatch match = table.match(request);
        CAPTURE(method + " " + host + path);
        size_t winners = 0;
        for (const RouteVerdict& verdict : judge_routes(routes, request, match.route)) {
          if (verdict.reason != "wins") continue;
          ++winners;
          CHECK(verdict.route == match.route);
        }
        CHECK(winners == (match.route == nullptr ? 0 : 1));
      }
    }
  }
}

}  // namespace
}  // namespace glassgate
