#include "gateway/route_conditions.h"

#include <algorithm>

#include "base/strings.h"

namespace glassgate {
namespace {

bool has_header(const http::Fields& fields, const FieldMatch& wanted) {
  return std::any_of(fields.begin(), fields.end(), [&](const http::Field& field) {
    return iequals(field.name, wanted.name) && (wanted.any || field.value == wanted.value);
  });
}

// Takes one decoded byte off the front of `raw`, which is not empty.
char take_decoded(std::string_view& raw) {
  const char c = raw.front();
  const int escaped = escaped_byte(raw);
  raw.remove_prefix(escaped < 0 ? 1 : 3);
  if (escaped >= 0) return static_cast<char>(escaped);
  return c == '+' ? ' ' : c;
}

// Compares while it decodes: most parameters differ in their first byte, and no copy is made of any.
bool decodes_to(std::string_view raw, std::string_view plain) {
  for (const char c : plain) {
    if (raw.empty() || take_decoded(raw) != c) return false;
  }
  return raw.empty();
}

bool has_parameter(std::string_view raw_query, const FieldMatch& wanted) {
  while (!raw_query.empty()) {
    std::string_view value = take_until(raw_query, '&');
    if (value.empty()) continue;  // "a=1&&b=2" has two parameters
    const std::string_view name = take_until(value, '=');
    if (decodes_to(name, wanted.name) && (wanted.any || decodes_to(value, wanted.value))) return true;
  }
  return false;
}

}  // namespace

bool method_matches(const std::vector<std::string>& methods, std::string_view method) {
  return methods.empty() || std::find(methods.begin(), methods.end(), method) != methods.end();
}

bool headers_match(const std::vector<FieldMatch>& wanted, const http::Fields& fields) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const FieldMatch& one) { return has_header(fields, one); });
}

bool query_matches(const std::vector<FieldMatch>& wanted, std::string_view raw_query) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const FieldMatch& one) { return has_parameter(raw_query, one); });
}

}  // namespace glassgate
