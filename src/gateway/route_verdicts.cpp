#include "gateway/route_verdicts.h"

#include "http/target.h"

namespace glassgate {
namespace {

constexpr std::string_view other_path = "its path does not match";

// Without a table, because most routes end here.
bool may_match(std::string_view route_path, std::string_view path) {
  if (route_path.ends_with('/')) route_path.remove_suffix(1);
  return http::has_path_prefix(path, route_path);
}

bool matches_alone(const RouteConfig& route, const RouteRequest& request) {
  const std::vector<RouteConfig> alone{route};
  return RouteTable(alone).match(request).route != nullptr;
}

// Empty: it matches. Conditions are given back one by one: host, headers, query, methods.
std::string_view why_not(const RouteConfig& route, const RouteRequest& request) {
  if (!may_match(route.path, request.path)) return other_path;
  RouteConfig relaxed;
  relaxed.path = route.path;
  relaxed.match = route.match;
  if (!matches_alone(relaxed, request)) return other_path;
  relaxed.host = route.host;
  if (!matches_alone(relaxed, request)) return "its host does not match";
  relaxed.headers = route.headers;
  if (!matches_alone(relaxed, request)) return "its headers do not match";
  relaxed.query = route.query;
  if (!matches_alone(relaxed, request)) return "its query parameters do not match";
  relaxed.methods = route.methods;
  return matches_alone(relaxed, request) ? "" : "its methods do not match";
}

}  // namespace

std::vector<RouteVerdict> judge_routes(const std::vector<RouteConfig>& routes, const RouteRequest& request,
                                       const RouteConfig* winner) {
  std::vector<RouteVerdict> verdicts;
  for (const RouteConfig& route : routes) {
    std::string_view reason = why_not(route, request);
    const bool path_matches = reason != other_path;
    if (reason.empty()) reason = winner == &route ? "wins" : "matches, but the winner comes first";
    verdicts.push_back({&route, path_matches, reason});
  }
  return verdicts;
}

}  // namespace glassgate
