// Which route a request takes.
//
// Problem: hundreds of routes, each with a host, a path and conditions, and one answer that a person can predict.
// Algorithm: a trie of path segments per host, and one of host labels that leads to them. One walk goes down as far as
// the request's path leads; from there each node with prefix routes knows the next one above it. So the cost grows
// with the length of the path, and with the routes that share one path, but not with the number of routes.
// Guarantee (the order of the Kubernetes Gateway API): an exact host wins over a wildcard (the longer first) over none;
// then an exact path over the longest prefix; then a route that names methods; then the one with more headers; then
// the one with more query parameters; then the one that stands first in the file.
// Invariants:
//   I1 a prefix matches whole segments only: /api matches /api and /api/x, never /apix
//   I2 matching sees the decoded, dot-segment-free path (http/target.h), so an encoded or dotted path finds the same
//      route as the plain one
//   I3 405 only when every condition but the method is met by some route, and then Allow names all such methods
//   I4 the order of the file decides only between routes that are equal in everything else
// Thread rule: immutable once built; any thread may match.
// Source: https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"
#include "http/message.h"

namespace glassgate {

// What a request shows to the route table. Views into the request; nothing is kept.
struct RouteRequest {
  std::string_view method;
  std::string_view host;   // as in Host, with or without a port, any case
  std::string_view path;   // normalised; one that does not begin with '/' matches nothing
  std::string_view query;  // raw, without the '?'
  const http::Fields& fields;
};

struct RouteMatch {
  const RouteConfig* route = nullptr;  // nullptr: none
  size_t index = 0;                    // of the route in Config::routes
  std::string allow;                   // set when only the method did not match: "GET, POST"
};

class RouteTable {
 public:
  explicit RouteTable(const std::vector<RouteConfig>& routes);  // `routes` must outlive the table
  ~RouteTable();
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  RouteMatch match(const RouteRequest& request) const;

 private:
  struct Tables;
  std::unique_ptr<const Tables> tables_;
};

}  // namespace glassgate
