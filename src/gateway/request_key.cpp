#include "gateway/request_key.h"

#include "base/strings.h"

namespace glassgate {
namespace {

// RFC 6265 section 4.2.1: name=value; name=value. Of several cookies with that name, the first.
std::string_view cookie(const http::Fields& fields, std::string_view name) {
  for (const http::Field& field : fields) {
    if (field.id != http::FieldId::cookie) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view pair = trim(take_until(rest, ';'));
      if (pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=') {
        return pair.substr(name.size() + 1);
      }
    }
  }
  return {};
}

std::string_view header(const http::Fields& fields, std::string_view name) {
  const http::Field* field = fields.find(name);
  return field ? field->value : std::string_view();
}

// I1. An address has no '=' in it, and neither has "none".
std::string tagged(std::string_view tag, std::string_view value, const Exchange& x) {
  return value.empty() ? x.client_ip : std::string(tag).append(value);
}

}  // namespace

std::string request_key(const Exchange& x, const KeySource& source) {
  switch (source.kind) {
    case KeySource::Kind::none: return "none";
    case KeySource::Kind::client_ip: return x.client_ip;
    case KeySource::Kind::path: return tagged("path=", x.path, x);
    case KeySource::Kind::header: return tagged("header=", header(x.request.fields, source.name), x);
    case KeySource::Kind::cookie: return tagged("cookie=", cookie(x.request.fields, source.name), x);
  }
  return "none";
}

}  // namespace glassgate
