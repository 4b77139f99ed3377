// What a route asks of a request: path, host, methods, headers, query.
#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/strings.h"
#include "gateway/config_schema.h"
#include "gateway/config_values.h"
#include "http/head_parser.h"
#include "http/target.h"

namespace glassgate {
namespace {

constexpr std::string_view path_expected =
    "a path such as /api/users, without '?', '#', braces, or a '*' before its end";

// RFC 9110 section 9.1: methods compare with case, so a route for "get" would never see a GET.
bool is_standard_method_in_lower_case(std::string_view method) {
  constexpr std::array<std::string_view, 9> standard{"GET",     "HEAD",    "POST",  "PUT",  "DELETE",
                                                     "CONNECT", "OPTIONS", "TRACE", "PATCH"};
  return std::any_of(standard.begin(), standard.end(),
                     [&](std::string_view name) { return iequals(name, method) && name != method; });
}

void read_methods(const ConfigValue& at, std::vector<std::string>& out) {
  const auto items = at.list("a list of one or more methods such as [GET, POST]");
  if (!items) return;
  std::set<std::string_view> seen;
  for (const ConfigValue& item : *items) {
    const std::string& method = item.node().text;
    if (!http::is_token(method) || is_standard_method_in_lower_case(method)) {
      item.expected("a method such as GET or POST; methods are in upper case");
    } else if (!seen.insert(method).second) {
      item.fail("this method stands twice");
    } else {
      out.push_back(method);
    }
  }
}

FieldMatch field_match(std::string name, std::string value) {
  if (value == "*") return {std::move(name), "", true};
  return {std::move(name), std::move(value), false};
}

void read_headers(const ConfigValue& at, std::vector<FieldMatch>& out) {
  constexpr std::string_view value_expected = "a header's value in one line without space around it, or \"*\" for any";
  if (!at.is_map()) return at.expected("a map from header names to values");
  std::map<std::string, int> lines;
  for (const ConfigValue& item : at.children()) {
    const std::string& name = item.node().key;
    const auto [first, is_new] = lines.emplace(to_lower(name), item.node().key_place.line);
    if (!http::is_token(name)) {
      item.fail_at_key("a header's name is letters, digits and any of !#$%&'*+-.^_`|~");
    } else if (!is_new) {
      item.fail_at_key("this header stands twice, as names compare without case; the first is in line " +
                       std::to_string(first->second));
    }
    const auto value = item.text(value_expected);
    if (value && trim(*value) != *value) item.expected(value_expected);  // no request's value has space around it
    if (value) out.push_back(field_match(name, *value));
  }
}

void read_query(const ConfigValue& at, std::vector<FieldMatch>& out) {
  if (!at.is_map()) return at.expected("a map from query parameters to values");
  for (const ConfigValue& item : at.children()) {
    const std::string& name = item.node().key;
    if (name.empty() || has_control_character(name)) item.fail_at_key("this is no name of a query parameter");
    const auto value = item.text("a query parameter's value in one line, or \"*\" for any");
    if (value) out.push_back(field_match(name, *value));
  }
}

// Takes a trailing '*' off; false when the path is none to match literally.
bool take_star(std::string_view& path) {
  if (path.ends_with('*')) path.remove_suffix(1);
  return path.starts_with('/') && path.find_first_of("?#{}*") == std::string_view::npos;
}

}  // namespace

std::optional<std::string> read_route_path(const ConfigValue& at, RouteConfig::Match match) {
  const bool is_prefix = match == RouteConfig::Match::prefix;
  const auto text = at.text(path_expected);
  if (!text) return std::nullopt;
  if (!is_prefix && text->ends_with('*')) {
    at.expected("a path without '*', because this route's match is exact");
    return std::nullopt;
  }
  std::string_view path = *text;
  if (!take_star(path)) {
    at.expected(path_expected);
    return std::nullopt;
  }
  auto normalised = http::normalise_path(path);
  if (!normalised || has_control_character(*normalised)) {
    at.expected("a path whose every % begins an escape such as %20, and none of a control character");
    return std::nullopt;
  }
  if (is_prefix && normalised->size() > 1 && normalised->ends_with('/')) normalised->pop_back();
  return normalised;
}

void read_route_conditions(ConfigMap& map, RouteConfig& out) {
  if (const auto at = map.find("host")) {
    const auto host = parse_route_host(at->node().text);
    if (host) out.host = *host;
    if (!host) at->expected("a host without port, such as api.example.com or *.example.com");
  }
  if (const auto at = map.find("methods")) read_methods(*at, out.methods);
  if (const auto at = map.find("headers")) read_headers(*at, out.headers);
  if (const auto at = map.find("query")) read_query(*at, out.query);
}

}  // namespace glassgate
