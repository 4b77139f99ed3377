#include "base/utf8.h"

#include <algorithm>

namespace glassgate {
namespace {

bool is_continuation(std::string_view text, size_t at, unsigned char low = 0x80, unsigned char high = 0xBF) {
  if (at >= text.size()) return false;
  const auto byte = static_cast<unsigned char>(text[at]);
  return byte >= low && byte <= high;
}

}  // namespace

size_t utf8_length(std::string_view text, size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return is_continuation(text, at + 1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned char low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned char high = first == 0xED ? 0x9F : 0xBF;
    return is_continuation(text, at + 1, low, high) && is_continuation(text, at + 2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned char low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned char high = first == 0xF4 ? 0x8F : 0xBF;
    const bool whole = is_continuation(text, at + 1, low, high) && is_continuation(text, at + 2) &&
                       is_continuation(text, at + 3);
    return whole ? 4 : 0;
  }
  return 0;
}

std::string_view utf8_prefix(std::string_view text, size_t most) {
  size_t length = std::min(most, text.size());
  while (length > 0 && is_continuation(text, length)) --length;
  return text.substr(0, length);
}

std::string valid_utf8(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text, i);
    out += length > 0 ? text.substr(i, length) : replacement_character;
    i += length > 0 ? length : 1;
  }
  return out;
}

}  // namespace glassgate
