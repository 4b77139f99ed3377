// UTF-8, as far as a program that writes text for others has to know it.
//
// Guarantee: what is called well-formed here is table 3-7 of the Unicode standard: no overlong forms, no surrogates,
// nothing above U+10FFFF. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace glassgate {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD

// The length of the well-formed sequence that starts at `at`, or 0.
size_t utf8_length(std::string_view text, size_t at);

// The beginning of `text` that has at most so many bytes and ends between two characters.
std::string_view utf8_prefix(std::string_view text, size_t most);

// With U+FFFD in place of every byte that belongs to no well-formed sequence.
std::string valid_utf8(std::string_view text);

}  // namespace glassgate
