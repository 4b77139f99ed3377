// A route, as a person would name it: "GET,POST api.example.com/users {X-Version: v2} ?beta=1", "= /exact".
//
// Guarantee: two routes of one configuration have different labels, because two that ask the same of a request are an
// error in the file; a reload that leaves what a route asks for, in whatever order, leaves its label (but for the
// spelling of header names).
// Thread rule: a pure function.
#pragma once

#include <string>

#include "gateway/config.h"

namespace glassgate {

std::string route_label(const RouteConfig& route);

// What the label says without the values of headers and parameters, which may be secrets: a name for logs.
std::string route_name(const RouteConfig& route);

}  // namespace glassgate
