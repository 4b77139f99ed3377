#include "gateway/route_label.h"

#include <algorithm>

#include "base/json.h"
#include "http/target.h"

namespace glassgate {
namespace {

enum class Values { shown, hidden };

// In quotes where it could be taken for what stands around it.
std::string clear(const std::string& text, std::string_view taken) {
  if (text.find_first_of(taken) == std::string::npos) return text;
  return '"' + json_escaped(text) + '"';
}

std::string value_of(const FieldMatch& match) {
  return match.any ? "*" : clear(match.value, "{}?\"");
}

std::string text_of_header(const FieldMatch& match, Values values) {
  return " {" + match.name + (values == Values::shown ? ": " + value_of(match) : "") + "}";
}

std::string text_of_query(const FieldMatch& match, Values values) {
  return " ?" + clear(match.name, "=#{}?\"") + (values == Values::shown ? "=" + value_of(match) : "");
}

// In an order of their own, whatever it is in the file.
void append_sorted(std::string& out, const std::vector<FieldMatch>& matches, Values values,
                   std::string (*text)(const FieldMatch&, Values)) {
  std::vector<std::string> texts(matches.size());
  std::transform(matches.begin(), matches.end(), texts.begin(), [&](const auto& match) { return text(match, values); });
  std::sort(texts.begin(), texts.end());
  for (const std::string& each : texts) out.append(each);
}

std::string text_of(const RouteConfig& route, Values values) {
  std::string out;
  std::vector<std::string> methods = route.methods;
  std::sort(methods.begin(), methods.end());
  for (const std::string& method : methods) out.append(out.empty() ? "" : ",").append(method);
  if (!out.empty()) out.append(" ");
  if (route.match == RouteConfig::Match::exact) out.append("= ");
  out.append(route.host).append(http::escape_path(route.path));
  append_sorted(out, route.headers, values, text_of_header);
  append_sorted(out, route.query, values, text_of_query);
  return out;
}

}  // namespace

std::string route_label(const RouteConfig& route) {
  return text_of(route, Values::shown);
}

std::string route_name(const RouteConfig& route) {
  return text_of(route, Values::hidden);
}

}  // namespace glassgate
