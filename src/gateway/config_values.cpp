#include "gateway/config_values.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "base/strings.h"
#include "http/head_parser.h"

namespace glassgate {
namespace {

struct DurationUnit {
  std::string_view name;
  Duration length;
};
constexpr std::array<DurationUnit, 4> duration_units{{{"h", std::chrono::hours(1)},
                                                      {"m", std::chrono::minutes(1)},
                                                      {"s", std::chrono::seconds(1)},
                                                      {"ms", std::chrono::milliseconds(1)}}};
constexpr uint64_t most_units =
    1'000'000;  // of one unit in a duration, so that hours still fit into 64 bits of nanoseconds

struct SizeUnit {
  std::string_view name;
  unsigned bits;
};
constexpr std::array<SizeUnit, 5> size_units{{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"", 0}}};

constexpr std::string_view listen_expected = "host:port such as 127.0.0.1:9000, 0.0.0.0:9000 or \"[::1]:9000\"";
constexpr std::string_view backend_expected =
    "host:port or http://host:port, such as 127.0.0.1:9101, users.internal:8080 or \"[::1]:9101\"";

// Takes the digits off the front of `rest`.
std::string_view take_digits(std::string_view& rest) {
  size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) ++length;
  const std::string_view digits = rest.substr(0, length);
  rest.remove_prefix(length);
  return digits;
}

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
  });
}

// RFC 1123, with the '_' that container platforms put into names.
bool is_host_name(std::string_view name) {
  if (name.empty() || name.size() > 253 || name.back() == '.') return false;
  std::string_view last;
  for (std::string_view rest = name; !rest.empty();) {
    last = take_until(rest, '.');
    if (!is_label(last)) return false;
  }
  return !std::all_of(last.begin(), last.end(), is_digit);  // 10.0.0 and 256.1.1.1 are mistyped addresses, not names
}

// The host in the form that Config keeps: without brackets, in lower case.
std::optional<std::string> parse_host(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (bracketed) text = text.substr(1, text.size() - 2);
  const bool is_v6 = text.find(':') != std::string_view::npos;
  if (is_v6 != bracketed) return std::nullopt;
  if (const auto address = IpAddress::parse(text)) return address->text();
  if (is_v6) return std::nullopt;
  // A name that ends in a dot is complete: no search list is tried.
  if (!is_host_name(text.ends_with('.') ? text.substr(0, text.size() - 1) : text)) return std::nullopt;
  return to_lower(text);
}

std::optional<uint16_t> parse_port(std::string_view text) {
  const auto port = parse_whole_number(text);
  if (!port || *port > 65535) return std::nullopt;
  return static_cast<uint16_t>(*port);
}

// Where the port's colon is: the last one, but none inside of brackets.
size_t port_colon(std::string_view text) {
  return text.ends_with(']') ? std::string_view::npos : text.rfind(':');
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
  if (text == "0") return Duration::zero();
  Duration total{};
  size_t next_unit = 0;  // I1: only smaller ones may follow
  do {
    const auto number = parse_decimal(take_digits(text));
    if (!number || *number > most_units) return std::nullopt;
    std::string_view after = text;
    while (!after.empty() && !is_digit(after.front())) after.remove_prefix(1);
    const std::string_view name = text.substr(0, text.size() - after.size());
    while (next_unit < duration_units.size() && duration_units[next_unit].name != name) ++next_unit;
    if (next_unit == duration_units.size()) return std::nullopt;
    total += static_cast<Duration::rep>(*number) * duration_units[next_unit++].length;
    text = after;
  } while (!text.empty());
  return total;
}

std::string duration_text(Duration duration) {
  std::string out;
  for (const DurationUnit& unit : duration_units) {
    const auto number = duration / unit.length;
    if (number > 0) out.append(std::to_string(number)).append(unit.name);
    duration -= number * unit.length;
  }
  return out.empty() ? "0" : out;
}

std::optional<uint64_t> parse_size(std::string_view text) {
  const auto number = parse_whole_number(take_digits(text));
  if (!number) return std::nullopt;
  for (const SizeUnit& unit : size_units) {
    if (text != unit.name) continue;
    if (*number > (UINT64_MAX >> unit.bits)) return std::nullopt;  // I3
    return *number << unit.bits;
  }
  return std::nullopt;
}

std::string size_text(uint64_t bytes) {
  for (const SizeUnit& unit : size_units) {
    const uint64_t length = uint64_t{1} << unit.bits;
    if (bytes >= length && bytes % length == 0) return std::to_string(bytes >> unit.bits).append(unit.name);
  }
  return "0";
}

std::optional<double> parse_ratio(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !is_digit(text.front()) || value > 1) return std::nullopt;
  return value;
}

std::optional<uint64_t> parse_whole_number(std::string_view text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  return parse_decimal(text);
}

ParsedAddress parse_listen_address(std::string_view text) {
  const size_t colon = port_colon(text);
  if (colon == std::string_view::npos) return {std::nullopt, listen_expected};
  const auto host = parse_host(text.substr(0, colon));
  if (!host) return {std::nullopt, listen_expected};
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return {std::nullopt, "a port from 0 to 65535 after the colon"};
  return {HostPort{*host, *port}, {}};
}

ParsedAddress parse_backend_address(std::string_view text) {
  constexpr std::string_view http = "http://";
  if (iequals(text.substr(0, 8), "https://")) {
    return {std::nullopt, "host:port or http://host:port; backends are reached in plain HTTP only"};
  }
  const bool has_scheme = iequals(text.substr(0, http.size()), http);
  if (has_scheme) text.remove_prefix(http.size());
  if (text.find('@') != std::string_view::npos) return {std::nullopt, "an address without a user name or password"};
  if (text.find_first_of("/?#") != std::string_view::npos) {
    return {std::nullopt, "an address without a path; a route's strip_prefix changes paths"};
  }
  const size_t colon = port_colon(text);
  if (colon == std::string_view::npos && !has_scheme) return {std::nullopt, backend_expected};
  const auto host = parse_host(text.substr(0, colon));
  if (!host) return {std::nullopt, backend_expected};
  if (colon == std::string_view::npos) return {HostPort{*host, 80}, {}};
  const auto port = parse_port(text.substr(colon + 1));
  if (!port || *port == 0) return {std::nullopt, "a port from 1 to 65535 after the colon"};
  return {HostPort{*host, *port}, {}};
}

std::optional<std::string> parse_route_host(std::string_view text) {
  const bool wildcard = text.starts_with("*.");
  const std::string_view name = wildcard ? text.substr(2) : text;
  if (is_host_name(name)) return to_lower(text);
  const auto address = parse_host(name);
  if (wildcard || !address || name.ends_with('.')) return std::nullopt;
  return name.starts_with('[') ? '[' + *address + ']' : *address;
}

std::optional<KeySource> parse_key_source(std::string_view text) {
  using Kind = KeySource::Kind;
  if (text == "none") return KeySource{Kind::none, ""};
  if (text == "client_ip") return KeySource{Kind::client_ip, ""};
  if (text == "path") return KeySource{Kind::path, ""};
  const std::string_view kind = take_until(text, ':');
  if (!http::is_token(text)) return std::nullopt;
  if (kind == "header") return KeySource{Kind::header, std::string(text)};
  if (kind == "cookie") return KeySource{Kind::cookie, std::string(text)};
  return std::nullopt;
}

std::optional<StatusRange> parse_status_range(std::string_view text) {
  const auto status = [](std::string_view digits) -> std::optional<int> {
    const auto number = parse_whole_number(digits);
    if (!number || *number < 200 || *number > 599) return std::nullopt;
    return static_cast<int>(*number);
  };
  const size_t dash = text.find('-');
  const auto low = status(text.substr(0, dash));
  const auto high = dash == std::string_view::npos ? low : status(text.substr(dash + 1));
  if (!low || !high || *low > *high) return std::nullopt;
  return StatusRange{*low, *high};
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

}  // namespace glassgate
