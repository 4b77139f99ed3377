#include "http/hop_by_hop.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "http/head_parser.h"

namespace glassgate::http {
namespace {

bool is_hop_by_hop(FieldId id) {
  switch (id) {
    case FieldId::connection:
    case FieldId::http2_settings:
    case FieldId::keep_alive:
    case FieldId::proxy_authenticate:
    case FieldId::proxy_authorization:
    case FieldId::proxy_connection:
    case FieldId::te:
    case FieldId::trailer:
    case FieldId::transfer_encoding:
    case FieldId::upgrade: return true;
    default: return false;
  }
}

bool is_protected(FieldId id) {
  switch (id) {
    case FieldId::authorization:
    case FieldId::content_length:
    case FieldId::cookie:
    case FieldId::expect:
    case FieldId::forwarded:
    case FieldId::host:
    case FieldId::max_forwards:
    case FieldId::traceparent:
    case FieldId::via:
    case FieldId::x_forwarded:
    case FieldId::x_forwarded_for:
    case FieldId::x_forwarded_host:
    case FieldId::x_forwarded_proto:
    case FieldId::x_real_ip:
    case FieldId::x_request_id: return true;
    default: return false;
  }
}

// protocol-name ["/" protocol-version]. One that cannot be read could be read as anything.
bool is_forwardable_protocol(std::string_view protocol) {
  std::string_view version = protocol;
  const std::string_view name = take_until(version, '/');
  const bool has_version = name.size() != protocol.size();
  if (!is_token(name) || (has_version && !is_token(version))) return false;
  return !iequals(name, "h2c") && !iequals(name, "h2") && !iequals(name, "http");
}

}  // namespace

ConnectionOptions::ConnectionOptions(const Fields& fields) {
  if (!fields.has(FieldId::connection)) return;
  for (const Field& field : fields) {
    if (field.id != FieldId::connection) continue;
    std::string_view rest = field.value;
    while (!rest.empty() && !has_too_many_names()) {
      const std::string_view option = trim(take_until(rest, ','));
      if (iequals(option, "close")) {
        close_ = true;
      } else if (iequals(option, "keep-alive")) {
        keep_alive_ = true;
      } else if (iequals(option, "upgrade")) {
        upgrade_ = true;
      } else if (!option.empty()) {
        names_.push_back(option);
      }
    }
  }
}

bool ConnectionOptions::is_dropped(const Field& field) const {
  if (is_hop_by_hop(field.id)) return true;
  if (names_.empty() || is_protected(field.id)) return false;
  return std::any_of(names_.begin(), names_.end(), [&](std::string_view name) { return iequals(name, field.name); });
}

bool may_persist(Version version, const ConnectionOptions& options) {
  if (options.close()) return false;
  return version.minor > 0 || options.keep_alive();
}

std::string upgrade_protocols(const Fields& fields, const ConnectionOptions& options) {
  std::string out;
  if (!options.upgrade()) return out;
  for (const Field& field : fields) {
    if (field.id != FieldId::upgrade) continue;
    std::string_view rest = field.value;
    while (!rest.empty()) {
      const std::string_view protocol = trim(take_until(rest, ','));
      if (!is_forwardable_protocol(protocol)) continue;
      if (!out.empty()) out += ", ";
      out += protocol;
    }
  }
  return out;
}

bool authenticates_connection(const Fields& fields, FieldId id) {
  if (!fields.has(id)) return false;
  for (const Field& field : fields) {
    std::string_view rest = field.id == id ? field.value : std::string_view();
    while (!rest.empty()) {
      std::string_view element = trim(take_until(rest, ','));
      const std::string_view scheme = take_until(element, ' ');
      if (iequals(scheme, "NTLM") || iequals(scheme, "Negotiate")) return true;
    }
  }
  return false;
}

bool may_be_trailer(const Field& field) {
  if (field.id != FieldId::other && field.id != FieldId::server_timing) return false;
  static constexpr std::array<std::string_view, 18> head_only{"age",
                                                              "cache-control",
                                                              "content-encoding",
                                                              "content-range",
                                                              "content-type",
                                                              "expires",
                                                              "if-match",
                                                              "if-modified-since",
                                                              "if-none-match",
                                                              "if-range",
                                                              "if-unmodified-since",
                                                              "location",
                                                              "pragma",
                                                              "range",
                                                              "retry-after",
                                                              "set-cookie",
                                                              "vary",
                                                              "warning"};
  return std::none_of(head_only.begin(), head_only.end(),
                      [&](std::string_view name) { return iequals(name, field.name); });
}

}  // namespace glassgate::http
