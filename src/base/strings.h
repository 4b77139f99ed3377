// Small operations on text that the standard library leaves out. ASCII only: what HTTP compares without regard to
// case is ASCII, and a locale must never change what a gateway lets through.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace glassgate {

constexpr char lower(char c) {
  return (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The value of a hexadecimal digit, or -1.
constexpr int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char l = lower(c);
  return (l >= 'a' && l <= 'f') ? l - 'a' + 10 : -1;
}

// The byte that the %-escape at the front of `text` stands for, or -1 when none is there.
constexpr int escaped_byte(std::string_view text) {
  if (text.size() < 3 || text[0] != '%') return -1;
  const int high = hex_value(text[1]);
  const int low = hex_value(text[2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

constexpr bool iequals(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] != b[i] && lower(a[i]) != lower(b[i])) return false;  // mostly they are spelt alike
  }
  return true;
}

std::string to_lower(std::string_view text);

// Visible ASCII alone (the VCHAR of RFC 5234), and at least one.
constexpr bool is_visible(std::string_view text) {
  bool good = !text.empty();
  for (const char c : text) good &= c > ' ' && c <= '~';
  return good;
}

// Without the spaces and tabs at both ends: the OWS of RFC 9110 section 5.6.3.
constexpr std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

// Takes the text up to the next `separator` off the front of `rest`. Loop with `while (!rest.empty())`.
constexpr std::string_view take_until(std::string_view& rest, char separator) {
  const size_t at = rest.find(separator);
  const std::string_view piece = rest.substr(0, at);
  rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + 1);
  return piece;
}

// Decimal digits and nothing else (no sign, no space), within 64 bits. Anything else is nullopt.
std::optional<uint64_t> parse_decimal(std::string_view text);

}  // namespace glassgate
