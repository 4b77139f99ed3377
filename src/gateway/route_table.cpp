#include "gateway/route_table.h"

#include <algorithm>
#include <set>
#include <tuple>

#include "gateway/host_patterns.h"
#include "gateway/route_conditions.h"
#include "gateway/segment_trie.h"

namespace glassgate {
namespace {

using Node = SegmentTrie::Node;
using Cursor = SegmentTrie::Cursor;

// A route as it stands in the list of its node. Small, because a match reads it and mostly nothing else of the route.
struct Listed {
  uint32_t route = 0;  // index in Config::routes
  bool conditional = false;
};

// What a node of a path trie leads to: listed [first_exact, first_prefix) for the path itself, and
// [first_prefix, end) for all below, too.
struct PathNode {
  uint32_t first_exact = 0;
  uint32_t first_prefix = 0;
  uint32_t end = 0;
  Node shorter = SegmentTrie::none;  // the nearest node above with prefix routes
};

// "/a/b" gives "a", "b"; "/a/" gives "a", ""; "/" gives nothing.
class PathSegments {
 public:
  explicit PathSegments(std::string_view path) : rest_(path.substr(1)), more_(!rest_.empty()) {}
  bool more() const { return more_; }
  std::string_view next() {
    const size_t slash = rest_.find('/');
    const std::string_view segment = rest_.substr(0, slash);
    more_ = slash != std::string_view::npos;
    if (more_) rest_.remove_prefix(slash + 1);
    return segment;
  }

 private:
  std::string_view rest_;
  bool more_;
};

// The methods of these routes in the order of the file, each once.
std::string allow_value(const std::vector<RouteConfig>& routes, std::vector<uint32_t> indices) {
  std::sort(indices.begin(), indices.end());
  std::set<std::string_view> methods;
  std::string out;
  for (const uint32_t index : indices) {
    for (const std::string& method : routes[index].methods) {
      if (methods.insert(method).second) out.append(out.empty() ? "" : ", ").append(method);
    }
  }
  return out;
}

constexpr uint32_t no_route = UINT32_MAX;

// One request on its way through the tables.
struct Search {
  const RouteRequest& request;
  std::vector<uint32_t> wrong_method{};  // routes of which all but the method matched
};

}  // namespace

struct RouteTable::Tables {
  // Where a route stands before the lists are made. The order is that of the guarantee.
  struct Place {
    Node node;
    bool prefix;
    uint32_t index;
  };

  explicit Tables(const std::vector<RouteConfig>& all);
  Cursor root_for(std::string_view host);
  Node add_path(const RouteConfig& route);
  void make_lists(std::vector<Place> places);
  void link_nodes();

  uint32_t find(Search& search) const;
  uint32_t find_path(Cursor at, Search& search) const;
  uint32_t find_listed(uint32_t first, uint32_t last, Search& search) const;

  const std::vector<RouteConfig>& routes;
  HostPatterns hosts;
  std::vector<Cursor> roots;  // of the path tries, by pattern of `hosts`
  SegmentTrie paths;
  std::vector<PathNode> path_nodes;  // by node of `paths`
  std::vector<Listed> listed;
};

RouteTable::Tables::Tables(const std::vector<RouteConfig>& all) : routes(all) {
  std::vector<Place> places;
  for (const RouteConfig& route : routes) {
    const auto index = static_cast<uint32_t>(places.size());
    places.push_back({add_path(route), route.match == RouteConfig::Match::prefix, index});
  }
  make_lists(std::move(places));
  link_nodes();
}

Cursor RouteTable::Tables::root_for(std::string_view host) {
  const uint32_t pattern = hosts.add(host);
  if (pattern == roots.size()) roots.push_back(paths.add_root());
  return roots[pattern];
}

Node RouteTable::Tables::add_path(const RouteConfig& route) {
  std::string_view path = route.path;
  // As a prefix, /api/ is /api: the slash at its end separates segments and is none.
  if (route.match == RouteConfig::Match::prefix && path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  Cursor at = root_for(route.host);
  for (PathSegments segments(path); segments.more();) at = paths.add(at, segments.next());
  return at.node;
}

void RouteTable::Tables::make_lists(std::vector<Place> places) {
  const auto rank = [this](const Place& place) {
    const RouteConfig& route = routes[place.index];
    return std::tuple(place.node, place.prefix, route.methods.empty(), SIZE_MAX - route.headers.size(),
                      SIZE_MAX - route.query.size(), place.index);
  };
  std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) { return rank(a) < rank(b); });
  for (const Place& place : places) {
    const RouteConfig& route = routes[place.index];
    listed.push_back({place.index, !route.methods.empty() || !route.headers.empty() || !route.query.empty()});
  }
  path_nodes.resize(paths.size());
  uint32_t at = 0;
  for (Node node = 0; node < path_nodes.size(); ++node) {
    path_nodes[node].first_exact = at;
    while (at < places.size() && places[at].node == node && !places[at].prefix) ++at;
    path_nodes[node].first_prefix = at;
    while (at < places.size() && places[at].node == node) ++at;
    path_nodes[node].end = at;
  }
}

// Parents come before their children, so their own links are there already.
void RouteTable::Tables::link_nodes() {
  for (Node node = 0; node < path_nodes.size(); ++node) {
    const Node parent = paths.parent(node);
    if (parent == SegmentTrie::none) continue;
    const PathNode& above = path_nodes[parent];
    path_nodes[node].shorter = above.first_prefix != above.end ? parent : above.shorter;
  }
}

uint32_t RouteTable::Tables::find(Search& search) const {
  for (auto hit = hosts.best(search.request.host); hit.pattern != HostPatterns::none; hit = hosts.next(hit)) {
    const uint32_t found = find_path(roots[hit.pattern], search);
    if (found != no_route) return found;
  }
  return no_route;
}

uint32_t RouteTable::Tables::find_path(Cursor at, Search& search) const {
  PathSegments segments(search.request.path);
  bool whole = true;
  while (whole && segments.more()) whole = paths.step(at, segments.next());
  if (whole) {
    const uint32_t found = find_listed(path_nodes[at.node].first_exact, path_nodes[at.node].first_prefix, search);
    if (found != no_route) return found;
  }
  for (Node node = at.node; node != SegmentTrie::none; node = path_nodes[node].shorter) {
    const uint32_t found = find_listed(path_nodes[node].first_prefix, path_nodes[node].end, search);
    if (found != no_route) return found;
  }
  return no_route;
}

uint32_t RouteTable::Tables::find_listed(uint32_t first, uint32_t last, Search& search) const {
  for (uint32_t i = first; i < last; ++i) {
    const uint32_t index = listed[i].route;
    if (!listed[i].conditional) return index;
    const RouteConfig& route = routes[index];
    if (!headers_match(route.headers, search.request.fields)) continue;
    if (!query_matches(route.query, search.request.query)) continue;
    if (method_matches(route.methods, search.request.method)) return index;
    search.wrong_method.push_back(index);
  }
  return no_route;
}

RouteTable::RouteTable(const std::vector<RouteConfig>& routes) : tables_(std::make_unique<const Tables>(routes)) {}

RouteTable::~RouteTable() = default;

RouteMatch RouteTable::match(const RouteRequest& request) const {
  if (!request.path.starts_with('/')) return {};
  Search search{request};
  const uint32_t found = tables_->find(search);
  if (found != no_route) return {&tables_->routes[found], found, ""};
  return {nullptr, 0, allow_value(tables_->routes, std::move(search.wrong_method))};
}

}  // namespace glassgate
