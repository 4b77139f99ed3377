// Routes for tests, written in one expression: with_methods(route("name", "/api"), {"GET"}).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gateway/config.h"

namespace glassgate {

// The upstream's name tells the routes of a test apart.
inline RouteConfig route(std::string upstream, std::string path,
                         RouteConfig::Match match = RouteConfig::Match::prefix) {
  RouteConfig out;
  out.upstream = std::move(upstream);
  out.path = std::move(path);
  out.match = match;
  return out;
}

inline RouteConfig on_host(RouteConfig out, std::string host) {
  out.host = std::move(host);
  return out;
}

inline RouteConfig with_methods(RouteConfig out, std::vector<std::string> methods) {
  out.methods = std::move(methods);
  return out;
}

inline RouteConfig with_headers(RouteConfig out, std::vector<FieldMatch> headers) {
  out.headers = std::move(headers);
  return out;
}

inline RouteConfig with_query(RouteConfig out, std::vector<FieldMatch> query) {
  out.query = std::move(query);
  return out;
}

}  // namespace glassgate
