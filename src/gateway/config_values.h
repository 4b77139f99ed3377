// The notations of the configuration: durations, sizes, addresses and the like, from text to value and back.
//
// Problem: `timeout: 5` means seconds to one reader and milliseconds to the next.
// Guarantee: a notation is taken whole or not at all: no sign, no space, no unit that is merely likely.
// Invariants:
//   I1 a duration names its units, the greater first and each once: 250ms, 5s, 1m30s, 2h. Only 0 may stand alone
//   I2 a size is in bytes, or in KiB, MiB, GiB, TiB of 1024
//   I3 nothing overflows: a number that is too large for its type is no value
//   I4 an address is a name, an IPv4 address or a bracketed IPv6 address, with a port; names come out in lower case
// Thread rule: pure functions.
// Source: RFC 3986 section 3.2.2 (hosts), RFC 952 and RFC 1123 section 2.1 (names).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "gateway/config.h"

namespace glassgate {

std::optional<Duration> parse_duration(std::string_view text);
// As parse_duration() takes it: 24h, 1m30s. Less than a millisecond is not told.
std::string duration_text(Duration duration);

std::optional<uint64_t> parse_size(std::string_view text);
std::string size_text(uint64_t bytes);  // in the greatest unit that divides it: 1000, 64KiB

// 0, 1, 0.25: from 0 to 1 in decimal.
std::optional<double> parse_ratio(std::string_view text);

// Decimal, without a leading zero that could mean octal to somebody.
std::optional<uint64_t> parse_whole_number(std::string_view text);

// Either an address, or what was expected instead.
struct ParsedAddress {
  std::optional<HostPort> address;
  std::string_view expected;
};

ParsedAddress parse_listen_address(std::string_view text);   // port 0: one that is free
ParsedAddress parse_backend_address(std::string_view text);  // host:port, http://host:port or http://host (port 80)

// What a route's `host` may be: a name, an address or *.name, in lower case. An IPv6 address keeps its brackets.
std::optional<std::string> parse_route_host(std::string_view text);

// none, client_ip, path, header:NAME, cookie:NAME. Which of them fits is the caller's to say.
std::optional<KeySource> parse_key_source(std::string_view text);

// 200 or 200-399, from 200 to 599.
std::optional<StatusRange> parse_status_range(std::string_view text);

// At least one control character, which has no place in any value.
bool has_control_character(std::string_view text);

}  // namespace glassgate
