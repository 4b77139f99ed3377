#include "http/target.h"

#include <algorithm>
#include <cstring>

#include "base/ip_address.h"
#include "base/strings.h"

namespace glassgate::http {
namespace {

bool is_unreserved(char c) {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

bool is_sub_delim(char c) {
  return std::string_view("!$&'()*+,;=").find(c) != std::string_view::npos;
}

void set_path_and_query(Target& target, std::string_view text) {
  const size_t mark = text.find('?');
  target.path_and_query = text;
  target.path = text.substr(0, mark);
  if (mark != std::string_view::npos) target.query = text.substr(mark + 1);
}

// What follows "http://" or "https://", or nullopt for any other beginning.
std::optional<std::string_view> after_scheme(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (iequals(target.substr(0, scheme.size()), scheme)) return target.substr(scheme.size());
  }
  return std::nullopt;
}

std::optional<Target> split_absolute(std::string_view text) {
  const auto rest = after_scheme(text);
  if (!rest) return std::nullopt;
  Target target;
  target.form = TargetForm::absolute;
  target.authority = rest->substr(0, rest->find_first_of("/?"));
  if (!is_valid_authority(target.authority)) return std::nullopt;
  set_path_and_query(target, rest->substr(target.authority.size()));
  return target;
}

// RFC 9112 section 3.2.3: here the port is not optional. A ':' inside brackets is no port.
std::optional<Target> split_connect(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.back() == ']' || !is_valid_authority(text)) return std::nullopt;
  Target target;
  target.form = TargetForm::authority;
  target.authority = text;
  return target;
}

// Drops empty and dot segments in place. path[0, kept) is the result so far and ends with '/' while segments follow.
// False for a ".." behind an empty segment: /a//../b is /b to a server that merges slashes, and /a/b to one that does
// not.
bool resolve_segments(std::string& path) {
  size_t kept = 1;
  size_t next = 0;
  bool has_empty_segment = false;
  for (size_t at = 1; at < path.size(); at = next) {
    const size_t end = std::min(path.find('/', at), path.size());
    next = end + 1;
    const std::string_view segment = std::string_view(path).substr(at, end - at);
    if (segment.empty()) has_empty_segment = true;
    if (segment.empty() || segment == ".") continue;
    if (segment == "..") {
      if (has_empty_segment) return false;
      if (kept > 1) kept = path.rfind('/', kept - 2) + 1;
      continue;
    }
    const size_t length = std::min(next, path.size()) - at;  // with its '/', if it has one
    std::memmove(path.data() + kept, path.data() + at, length);
    kept += length;
  }
  path.resize(kept);
  return true;
}

// Digits alone, and not more than a port can need, so that "0000...080" is no way to write one.
bool is_valid_port(std::string_view port) {
  const auto number = parse_decimal(port);
  return number && port.size() <= 5 && *number >= 1 && *number <= 65535;
}

bool is_valid_reg_name(std::string_view name) {
  for (size_t at = 0; at < name.size(); ++at) {
    if (is_unreserved(name[at])) continue;
    if (is_sub_delim(name[at]) && name[at] != ',') continue;
    if (escaped_byte(name.substr(at)) < 0) return false;
    at += 2;
  }
  return !name.empty();
}

// An IPv4 address is a correct reg-name too, so it needs no case of its own; in brackets it is wrong.
bool is_valid_host(std::string_view host) {
  if (!host.starts_with('[')) return is_valid_reg_name(host);
  if (!host.ends_with(']')) return false;
  const auto address = host.substr(1, host.size() - 2);
  return address.find(':') != std::string_view::npos && IpAddress::parse(address).has_value();
}

}  // namespace

std::optional<std::string> decode_path(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  for (size_t at = 0; at < raw.size(); ++at) {
    int byte = static_cast<unsigned char>(raw[at]);
    if (byte == '%') {
      byte = escaped_byte(raw.substr(at));
      at += 2;
    }
    if (byte <= 0) return std::nullopt;
    out += static_cast<char>(byte);
  }
  return out;
}

std::optional<Target> split_target(std::string_view method, std::string_view target) {
  if (!is_visible(target)) return std::nullopt;
  if (target.find('#') != std::string_view::npos) return std::nullopt;  // a fragment: RFC 9110 section 4.2.5
  if (method == "CONNECT") return split_connect(target);
  if (target == "*") {
    if (method != "OPTIONS") return std::nullopt;
    Target asterisk;
    asterisk.form = TargetForm::asterisk;
    return asterisk;
  }
  if (target.front() != '/') return split_absolute(target);
  Target origin;
  set_path_and_query(origin, target);
  return origin;
}

std::optional<std::string> normalise_path(std::string_view raw_path) {
  if (raw_path.empty()) return "/";
  if (raw_path.front() != '/') return std::nullopt;
  auto path = decode_path(raw_path);
  if (!path || !resolve_segments(*path)) return std::nullopt;
  return path;
}

bool is_valid_authority(std::string_view authority) {
  const size_t after_brackets = authority.starts_with('[') ? authority.find(']') : 0;
  const size_t colon = authority.find(':', after_brackets);
  if (colon != std::string_view::npos && !is_valid_port(authority.substr(colon + 1))) return false;
  return is_valid_host(authority.substr(0, colon));
}

bool has_path_prefix(std::string_view path, std::string_view prefix) {
  return path.starts_with(prefix) && (path.size() == prefix.size() || path[prefix.size()] == '/');
}

std::string escape_path(std::string_view path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(path.size());
  for (const char c : path) {
    if (is_unreserved(c) || is_sub_delim(c) || c == '/' || c == ':' || c == '@') {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', digits[byte / 16], digits[byte % 16]};
  }
  return out;
}

std::string strip_path_prefix(std::string_view raw_path, std::string_view normalised_path, std::string_view prefix) {
  if (!has_path_prefix(normalised_path, prefix)) return raw_path.empty() ? "/" : std::string(raw_path);
  std::string_view rest = normalised_path.substr(prefix.size());
  if (rest.empty()) rest = "/";
  if (has_path_prefix(raw_path, prefix)) {
    // "/api/../api/x" begins with /api as well, but its rest would climb out again: then the two rests differ.
    const std::string_view raw_rest = raw_path.substr(prefix.size());
    if (normalise_path(raw_rest) == rest) return raw_rest.empty() ? "/" : std::string(raw_rest);
  }
  return escape_path(rest);
}

}  // namespace glassgate::http
