#include "gateway/route_label.h"

#include "base/json.h"
#include "http/target.h"

namespace glassgate {
namespace {

// In quotes where it could be taken for what stands around it.
std::string clear(const std::string& text, std::string_view taken) {
  if (text.find_first_of(taken) == std::string::npos) return text;
  std::string out = "\"";
  append_json_escaped(out, text);
  return out += '"';
}

std::string value_of(const FieldMatch& match) {
  return match.any ? "*" : clear(match.value, "{}?\"");
}

}  // namespace

std::string route_label(const RouteConfig& route) {
  std::string out;
  for (const std::string& method : route.methods) out.append(out.empty() ? "" : ",").append(method);
  if (!out.empty()) out.append(" ");
  if (route.match == RouteConfig::Match::exact) out.append("= ");
  out.append(route.host).append(http::escape_path(route.path));
  for (const FieldMatch& header : route.headers) out.append(" {" + header.name + ": " + value_of(header) + "}");
  for (const FieldMatch& query : route.query) out.append(" ?" + clear(query.name, "={}?\"") + "=" + value_of(query));
  return out;
}

}  // namespace glassgate
