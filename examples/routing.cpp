// Which of five routes a request takes: down the trie of segments as far as the path leads, then up again.
#include "base/strings.h"
#include "gateway/route_table.h"
#include "gateway/segment_trie.h"
#include "http/target.h"
#include "show/example.h"
#include "show/lanes.h"
#include "support/routes.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

const std::vector<RouteConfig> routes{route("api", "/api"), route("users", "/api/users"),
                                      with_headers(route("users v2", "/api/users"), {{"X-Version", "v2", false}}),
                                      with_methods(route("me", "/api/users/me", RouteConfig::Match::exact), {"GET"}),
                                      with_methods(route("orders", "/orders"), {"GET", "POST"})};

const std::tuple<std::string, std::string, std::string> requests[] = {
    {"GET", "/api/users/7", "v1"},   {"GET", "/api/users/7", "v2"}, {"GET", "/api/users/me", "v1"},
    {"POST", "/api/users/me", "v1"}, {"GET", "/api/usersX", "v1"},  {"GET", "/x/../%61pi/y/z", "v1"},
    {"GET", "/orders/7", "v1"},      {"DELETE", "/orders/7", "v1"}, {"GET", "/images/7", "v1"}};

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"request", 19}, {"X-Version"}, {"down to", 13}, {"takes"}});
  Lanes lanes("Routing: down as far as the path leads, then up to who takes it", "segments", 0, 3);
  SegmentTrie trie;  // of the routes' paths, as the table has it
  const auto root = trie.add_root();
  for (const RouteConfig& one : routes) {
    std::string_view rest = std::string_view(one.path).substr(1);
    for (auto at = root; !rest.empty();) at = trie.add(at, take_until(rest, '/'));
  }
  const RouteTable table(routes);
  for (const auto& [method, target, version] : requests) {
    const std::string path = http::normalise_path(target).value();
    http::Fields fields;
    fields.add("X-Version", version);
    const RouteMatch match = table.match({method, "any.host", path, "", fields});
    const std::string takes = match.route ? match.route->upstream : match.allow.empty() ? "404" : "405 " + match.allow;
    const size_t lane = lanes.add(takes), taken = match.route ? match.route->path.size() : 0;
    std::string down;
    auto at = root;
    std::string_view rest = std::string_view(path).substr(1);
    bool known = true;
    for (int depth = 0; !rest.empty(); ++depth) {
      const std::string segment(take_until(rest, '/'));
      known = known && trie.step(at, segment);
      if (known) down += "/" + segment;
      lanes.span(lane, depth, depth + 1, !known ? Tone::soft : down.size() <= taken ? Tone::good : Tone::wait, segment);
    }
    example.step({std::string(method).append(" ").append(target), version, down, takes});
  }
  lanes.legend(Tone::good, "the route's own");
  lanes.legend(Tone::wait, "walked in vain");
  lanes.legend(Tone::soft, "in no route");
  example.draw(lanes.svg());
}
