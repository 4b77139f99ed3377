// Why a request takes the route that it takes, and why the others do not get it.
//
// Problem: "which of my forty routes is it, and why not this one?"
// Guarantee: a route whose path may match is asked as a table of its own, first without its conditions, then with one
// after the other: so the verdicts come from the code that decides. "Comes first": asks for more, or stands before it.
// Thread rule: a pure function. Cost: linear in the number of routes, so it is for people and not for every request.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/route_table.h"

namespace glassgate {

struct RouteVerdict {
  const RouteConfig* route;
  bool path_matches;
  std::string_view reason;  // a constant: "its methods do not match", "wins", ...
};

// `winner`: the one of them that the table chose; nullptr for none.
std::vector<RouteVerdict> judge_routes(const std::vector<RouteConfig>& routes, const RouteRequest& request,
                                       const RouteConfig* winner);

}  // namespace glassgate
