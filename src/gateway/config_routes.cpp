// Routes: where a request goes, and what no two of them may share.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/strings.h"
#include "gateway/config_schema.h"
#include "gateway/config_text.h"
#include "gateway/route_label.h"
#include "http/target.h"

namespace glassgate {
namespace {

constexpr std::string_view target_expected = "the name of an upstream, or backends";

// Equal for two routes exactly when they ask the same of a request.
std::string conditions_of(RouteConfig route) {
  for (FieldMatch& header : route.headers) header.name = to_lower(header.name);
  return route_label(route);
}

// Reads the routes one after the other, and remembers what a later one must not repeat.
class RouteReader {
 public:
  RouteReader(bool upstreams_known, Config& config) : upstreams_known_(upstreams_known), config_(config) {
    for (const UpstreamConfig& upstream : config.upstreams) named_.insert(upstream.name);
    names_ = {named_.begin(), named_.end()};
  }

  void read(const ConfigValue& at, size_t index);

 private:
  static bool read_path(ConfigMap& map, RouteConfig& out);
  static void read_strip_prefix(const ConfigValue& at, bool path_known, RouteConfig& out);
  void read_target(ConfigMap& map, RouteConfig& out);
  void read_reference(const ConfigValue& at, RouteConfig& out);
  std::string unique_name(const RouteConfig& route);
  void check_unique(const ConfigValue& at, const RouteConfig& route, size_t index);

  bool upstreams_known_;
  Config& config_;
  std::set<std::string> named_;          // upstreams of the file
  std::vector<std::string_view> names_;  // the same, to suggest
  std::map<std::string, size_t> used_;   // how often each name of a route was taken
  // The first route with them, and its line.
  std::map<std::string, std::pair<size_t, int>> by_conditions_;
};

void RouteReader::read(const ConfigValue& at, size_t index) {
  const size_t errors = at.error_count();
  RouteConfig out;
  ConfigMap map(at, "a map with at least path, and upstream or backends");
  const bool path_known = read_path(map, out);
  read_route_conditions(map, out);
  if (at.error_count() == errors) check_unique(at, out, index);
  out.name = unique_name(out);
  if (const auto strip = map.find("strip_prefix")) read_strip_prefix(*strip, path_known, out);
  if (at.is_map()) read_target(map, out);
  if (const auto limit = map.find("rate_limit")) out.rate_limit = read_rate_limit(*limit);
  map.finish();
  config_.routes.push_back(std::move(out));
}

bool RouteReader::read_path(ConfigMap& map, RouteConfig& out) {
  const auto at = map.require("path", "a path such as /api/users");
  map.choice("match", {"prefix", "exact"}, out.match);
  const auto path = at ? read_route_path(*at, out.match) : std::nullopt;
  if (path) out.path = *path;
  return path.has_value();
}

void RouteReader::read_strip_prefix(const ConfigValue& at, bool path_known, RouteConfig& out) {
  const auto prefix = read_route_path(at, RouteConfig::Match::prefix);
  if (!prefix) return;
  out.strip_prefix = *prefix;
  if (*prefix == "/") {
    at.expected("a prefix longer than '/'");
  } else if (path_known && !http::has_path_prefix(out.path, *prefix)) {
    at.expected("a prefix of this route's path " + visible(out.path) + " by whole segments");
  }
}

void RouteReader::read_target(ConfigMap& map, RouteConfig& out) {
  map.require_one_of({"upstream", "backends"}, target_expected);
  const auto upstream = map.find("upstream");
  const auto backends = map.find("backends");
  if (upstream && backends) backends->fail_at_key("this route has an upstream too, expected one of the two");
  if (upstream) read_reference(*upstream, out);
  if (!backends) return;
  UpstreamConfig made;
  made.name = out.name;
  made.backends = read_backends(*backends);
  if (!upstream) out.upstream = made.name;
  config_.upstreams.push_back(std::move(made));
}

void RouteReader::read_reference(const ConfigValue& at, RouteConfig& out) {
  const auto name = at.text("the name of one of this file's upstreams");
  if (!name) return;
  out.upstream = *name;
  if (!upstreams_known_ || named_.contains(*name)) return;
  at.expected("the name of one of this file's upstreams" + did_you_mean(*name, names_));
}

// Has a '/', which the names of the file's upstreams have not. Routes that differ in values alone are numbered.
std::string RouteReader::unique_name(const RouteConfig& route) {
  std::string name = route_name(route);
  const size_t used = ++used_[name];
  return used == 1 ? name : name + '#' + std::to_string(used);
}

void RouteReader::check_unique(const ConfigValue& at, const RouteConfig& route, size_t index) {
  const auto place = std::pair(index, at.node().place.line);
  const auto [first, is_new] = by_conditions_.emplace(conditions_of(route), place);
  if (is_new) return;
  const auto [other, line] = first->second;
  at.fail("asks the same of a request as routes[" + std::to_string(other) + "] in line " + std::to_string(line) +
          ", so it could never win");
}

}  // namespace

void read_routes(const ConfigValue& at, bool upstreams_known, Config& out) {
  const auto items = at.list("a list of one or more routes");
  if (!items) return;
  RouteReader reader(upstreams_known, out);
  for (size_t i = 0; i < items->size(); ++i) reader.read((*items)[i], i);
}

}  // namespace glassgate
