// docs/configuration.md says that it has every key, and each default. Here it is held to that.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/config.h"
#include "gateway/yaml.h"
#include "support/source_tree.h"

namespace glassgate {
namespace {

// The page's file.
std::string page() {
  const std::string text = source_tree::text_of("docs/configuration.md");
  const std::string begin = "```yaml\n";
  const size_t from = text.find(begin) + begin.size();
  return text.substr(from, text.find("```", from) - from);
}

// Every map in it, from the outside in.
void collect_maps(const YamlNode& node, std::vector<const YamlNode*>& out) {
  if (node.kind == YamlNode::Kind::map && !node.children.empty()) out.push_back(&node);
  for (const YamlNode& child : node.children) collect_maps(child, out);
}

// The keys that may stand in this map, as the reader lists them when it meets one that may not. None where any may.
std::vector<std::string> known_keys(std::string text, const YamlNode& map) {
  const YamlPlace place = map.children.front().key_place;
  size_t line = 0;
  for (int i = 1; i < place.line; ++i) line = text.find('\n', line) + 1;
  const std::string indent(static_cast<size_t>(place.column) - 1, ' ');
  text.insert(line + indent.size(), "zzzzzzzz: [0]\n" + indent);
  const std::string mark = "zzzzzzzz: unknown key; known here: ";
  std::vector<std::string> out;
  for (const ConfigError& error : parse_config(text).errors) {
    const std::string said = error.key + ": " + error.message;
    const size_t at = said.find(mark);
    if (at == std::string::npos) continue;
    std::string rest = said.substr(at + mark.size()) + ", ";
    for (size_t end = rest.find(", "); end != std::string::npos; end = rest.find(", ")) {
      out.push_back(rest.substr(0, end));
      rest.erase(0, end + 2);
    }
  }
  return out;
}

bool has_key(const YamlNode& map, const std::string& key) {
  return std::any_of(map.children.begin(), map.children.end(), [&](const YamlNode& node) { return node.key == key; });
}

// They are explained where they stand first, and named there for the others.
bool is_said_elsewhere(const YamlNode& map, const std::string& key) {
  if (has_key(map, "path") && !has_key(map, "match")) return true;  // the second route
  if (map.key == "rate_limit") return key != "requests" && key != "window" && map.key_place.column > 1;
  return key == "backends";  // of the first route, which has an upstream
}

TEST_CASE("the page of the configuration has every key there is") {
  const std::string text = page();
  const YamlResult tree = parse_yaml(text);
  REQUIRE(tree.root);
  std::vector<const YamlNode*> maps;
  collect_maps(*tree.root, maps);
  size_t keys = 0;
  for (const YamlNode* map : maps) {
    for (const std::string& key : known_keys(text, *map)) {
      CAPTURE(map->key);
      CAPTURE(key);
      CHECK((has_key(*map, key) || is_said_elsewhere(*map, key)));
      ++keys;
    }
  }
  CHECK(keys > 60);
}

TEST_CASE("the page of the configuration is good, and shows the defaults") {
  const ConfigResult read = parse_config(page());
  REQUIRE(read.config);
  const ConfigResult least = parse_config(
      "listen: 127.0.0.1:9000\nroutes: [{path: /, backends: [a:1]}]\n"
      "rate_limit: {requests: 100, window: 1s}\n"
      "upstreams: {users: {backends: [a:1], circuit_breaker: {},\n"
      "  health: {active: {}, passive: {}}}}\n");
  REQUIRE(least.config);
  const Config& shown = *read.config;
  const Config& defaults = *least.config;
  CHECK(shown.server.max_connections == defaults.server.max_connections);
  CHECK(shown.server.header_timeout == defaults.server.header_timeout);
  CHECK(shown.server.idle_timeout == defaults.server.idle_timeout);
  CHECK(shown.server.body_timeout == defaults.server.body_timeout);
  CHECK(shown.server.drain_timeout == defaults.server.drain_timeout);
  CHECK(shown.server.max_header_bytes == defaults.server.max_header_bytes);
  CHECK(shown.server.max_headers == defaults.server.max_headers);
  CHECK(shown.server.max_body_bytes == defaults.server.max_body_bytes);
  CHECK(shown.server.trusted_proxies.empty());
  CHECK(shown.log.level == defaults.log.level);
  CHECK(shown.log.access == defaults.log.access);
  CHECK(shown.log.file == defaults.log.file);
  CHECK(shown.explain == defaults.explain);
  CHECK(shown.reload_interval == defaults.reload_interval);
  CHECK(shown.rate_limit == defaults.rate_limit);

  const UpstreamConfig& users = shown.upstreams.front();
  const UpstreamConfig& plain = defaults.upstreams.front();
  CHECK(users.balancer == plain.balancer);
  CHECK(users.hash_on == plain.hash_on);
  CHECK(users.virtual_nodes == plain.virtual_nodes);
  CHECK(users.backends.front().weight == plain.backends.front().weight);
  CHECK(users.connect_timeout == plain.connect_timeout);
  CHECK(users.response_timeout == plain.response_timeout);
  CHECK(users.pool == plain.pool);
  CHECK(users.retries == plain.retries);
  CHECK(users.health == plain.health);
  CHECK(users.circuit_breaker->max_failures == plain.circuit_breaker->max_failures);
  CHECK(users.circuit_breaker->open_for == plain.circuit_breaker->open_for);
}

}  // namespace
}  // namespace glassgate
