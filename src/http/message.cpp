#include "http/message.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace glassgate::http {
namespace {

struct KnownField {
  std::string_view name;  // lower case
  FieldId id;
};

// By length, because the length alone settles most names: at most three entries are ever compared.
constexpr std::array known_fields{
    KnownField{"te", FieldId::te},
    KnownField{"via", FieldId::via},
    KnownField{"date", FieldId::date},
    KnownField{"host", FieldId::host},
    KnownField{"cookie", FieldId::cookie},
    KnownField{"expect", FieldId::expect},
    KnownField{"trailer", FieldId::trailer},
    KnownField{"upgrade", FieldId::upgrade},
    KnownField{"forwarded", FieldId::forwarded},
    KnownField{"connection", FieldId::connection},
    KnownField{"keep-alive", FieldId::keep_alive},
    KnownField{"tracestate", FieldId::tracestate},
    KnownField{"traceparent", FieldId::traceparent},
    KnownField{"max-forwards", FieldId::max_forwards},
    KnownField{"authorization", FieldId::authorization},
    KnownField{"server-timing", FieldId::server_timing},
    KnownField{"content-length", FieldId::content_length},
    KnownField{"http2-settings", FieldId::http2_settings},
    KnownField{"proxy-connection", FieldId::proxy_connection},
    KnownField{"www-authenticate", FieldId::www_authenticate},
    KnownField{"transfer-encoding", FieldId::transfer_encoding},
    KnownField{"proxy-authenticate", FieldId::proxy_authenticate},
    KnownField{"proxy-authorization", FieldId::proxy_authorization},
};
constexpr size_t longest_known = known_fields.back().name.size();

constexpr bool shorter(const KnownField& a, const KnownField& b) {
  return a.name.size() < b.name.size();
}
static_assert(std::is_sorted(known_fields.begin(), known_fields.end(), shorter));

// Entry n: where the names of n bytes begin. The next entry is where they end.
constexpr auto starts_by_length = [] {
  std::array<uint8_t, longest_known + 2> starts{};
  for (size_t length = 0; length < starts.size(); ++length) {
    uint8_t at = 0;
    while (at < known_fields.size() && known_fields[at].name.size() < length) ++at;
    starts[length] = at;
  }
  return starts;
}();

// As iequals, for a token and one of `known_fields`, of the same length: in a token, the bit 0x20 makes the difference
// between upper and lower case, and takes nothing to a letter, a digit or '-' that is none. So no byte needs a branch.
bool equals_known(std::string_view name, std::string_view known) {
  int difference = 0;
  for (size_t i = 0; i < known.size(); ++i) difference |= (name[i] | 0x20) ^ known[i];
  return difference == 0;
}

// As iequals, and '_' in `name` counts as '-'.
bool equals_dashed(std::string_view name, std::string_view known) {
  if (name.size() != known.size()) return false;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i] == '_' ? '-' : lower(name[i]);
    if (c != known[i]) return false;
  }
  return true;
}

// For the names that begin with "x": the fields with which proxies tell backends things.
FieldId id_by_proxies(std::string_view name) {
  constexpr std::string_view prefix = "x-forwarded-";
  if (equals_dashed(name, "x-request-id")) return FieldId::x_request_id;
  if (equals_dashed(name, "x-real-ip")) return FieldId::x_real_ip;
  if (!equals_dashed(name.substr(0, prefix.size()), prefix)) return FieldId::other;
  const std::string_view rest = name.substr(prefix.size());
  if (iequals(rest, "for")) return FieldId::x_forwarded_for;
  if (iequals(rest, "host")) return FieldId::x_forwarded_host;
  if (iequals(rest, "proto")) return FieldId::x_forwarded_proto;
  return FieldId::x_forwarded;
}

}  // namespace

FieldId field_id(std::string_view name) {
  if (name.empty()) return FieldId::other;
  const char first = lower(name.front());
  if (first == 'x') return id_by_proxies(name);
  if (name.size() > longest_known) return FieldId::other;
  for (size_t i = starts_by_length[name.size()]; i < starts_by_length[name.size() + 1]; ++i) {
    if (known_fields[i].name.front() == first && equals_known(name, known_fields[i].name)) return known_fields[i].id;
  }
  return FieldId::other;
}

const Field* Fields::find(FieldId id) const {
  if (!has(id)) return nullptr;
  return &*std::find_if(fields_.begin(), fields_.end(), [id](const Field& field) { return field.id == id; });
}

const Field* Fields::find(std::string_view name) const {
  for (const Field& field : fields_) {
    if (iequals(field.name, name)) return &field;
  }
  return nullptr;
}

size_t Fields::count(FieldId id) const {
  if (!has(id)) return 0;
  const auto has_id = [id](const Field& field) { return field.id == id; };
  return static_cast<size_t>(std::count_if(fields_.begin(), fields_.end(), has_id));
}

bool list_contains(std::string_view list, std::string_view token) {
  if (token.empty()) return false;  // ",," holds no element at all: RFC 9110 section 5.6.1
  while (!list.empty()) {
    if (iequals(trim(take_until(list, ',')), token)) return true;
  }
  return false;
}

bool list_contains(const Fields& fields, FieldId id, std::string_view token) {
  if (!fields.has(id)) return false;
  for (const Field& field : fields) {
    if (field.id == id && list_contains(field.value, token)) return true;
  }
  return false;
}

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE" || method == "PUT" ||
         method == "DELETE";
}

bool counts_forwards(std::string_view method) {
  return method == "OPTIONS" || method == "TRACE";
}

}  // namespace glassgate::http
