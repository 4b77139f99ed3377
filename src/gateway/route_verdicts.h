// Why a request takes the route that it takes, and why the others do not get it.
//
// Problem: "which of my forty routes is it, and why not this one?"
// Guarantee: the verdicts come from the route table itself (each route is asked alone, first without its conditions,
// then with one after the other), so they cannot disagree with what really happens.
// Thread rule: a pure function. Cost: linear in the number of routes, so it is for people and not for every request.
#pragma once

#include <string_view>
#include <vector>

#include "gateway/route_table.h"

namespace glassgate {

struct RouteVerdict {
  size_t index;             // in Config::routes
  bool is_candidate;        // its path matches
  std::string_view reason;  // a constant: "its method does not match", "wins", ...
};

// `winner`: the index of the route that the table chose; SIZE_MAX for none.
std::vector<RouteVerdict> judge_routes(const std::vector<RouteConfig>& routes, const RouteRequest& request,
                                       size_t winner);

}  // namespace glassgate
