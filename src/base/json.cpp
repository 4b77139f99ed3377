#include "base/json.h"

#include <array>
#include <cmath>
#include <cstdlib>

#include "base/utf8.h"

namespace glassgate {
namespace {

void append_control(std::string& out, unsigned char c) {
  static constexpr std::string_view hex = "0123456789abcdef";
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  out += "\\u00";
  out += hex[c >> 4];
  out += hex[c & 15];
}

// Correct UTF-8 that is still no text: the controls U+0080 to U+009F, which a terminal obeys, and the separators U+2028
// and U+2029, at which many programs end a line.
std::string_view escape_of(std::string_view character, std::array<char, 6>& space) {
  static constexpr std::string_view hex = "0123456789abcdef";
  if (character == "\xE2\x80\xA8") return "\\u2028";
  if (character == "\xE2\x80\xA9") return "\\u2029";
  const auto second = static_cast<unsigned char>(character[1]);
  if (character[0] != '\xC2' || second > 0x9F) return {};
  space = {'\\', 'u', '0', '0', hex[second >> 4], hex[second & 15]};
  return {space.data(), space.size()};
}

void append_character(std::string& out, std::string_view character) {
  std::array<char, 6> space{};
  const std::string_view escape = escape_of(character, space);
  out += escape.empty() ? character : escape;
}

// As is_plain_in_json(). A table: every byte of every log line is asked about.
constexpr auto plain_table = [] {
  std::array<bool, 256> table{};
  for (size_t byte = 0; byte < table.size(); ++byte) table[byte] = is_plain_in_json(static_cast<char>(byte));
  return table;
}();

size_t plain_length(std::string_view text) {
  size_t length = 0;
  while (length < text.size() && plain_table[static_cast<unsigned char>(text[length])]) ++length;
  return length;
}

}  // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    const size_t plain = plain_length(text.substr(i));
    out.append(text, i, plain);
    i += plain;
    if (i == text.size()) return;

    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += text[i++];
    } else if (byte < 0x20 || byte == 0x7F) {
      append_control(out, byte);
      ++i;
    } else if (const size_t length = utf8_length(text, i); length > 0) {
      append_character(out, text.substr(i, length));
      i += length;
    } else {
      out += replacement_character;
      ++i;
    }
  }
}

JsonWriter& JsonWriter::any_key(std::string_view name) {
  std::string escaped;
  append_json_escaped(escaped, name);
  return escaped_key(escaped);
}

// Hardly any string has something to escape, and then it is copied once.
JsonWriter& JsonWriter::value(std::string_view text) {
  if (plain_length(text) == text.size()) return escaped_value(text);
  std::string escaped;
  append_json_escaped(escaped, text);
  return escaped_value(escaped);
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  begin_item();
  out_.add_number(number);
  return *this;
}

// By integers: finding the shortest text of a double is a hundred times the work.
JsonWriter& JsonWriter::value(Duration time) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  const auto decimals = std::abs(us % 1000);
  const auto digit = [](int64_t value) { return static_cast<char>('0' + value % 10); };
  begin_item();
  if (us < 0) out_.add('-');
  out_.add_number(std::abs(us / 1000));
  out_.add('.', digit(decimals / 100), digit(decimals / 10), digit(decimals));
  return *this;
}

JsonWriter& JsonWriter::value(WallTime time) {
  const Rfc3339 text = rfc3339(time);
  return escaped_value({text.data(), text.size()});
}

JsonWriter& JsonWriter::escaped_key(std::string_view name) {
  begin_item();
  out_.add('"', name, "\":");
  comma_due_ = false;
  return *this;
}

JsonWriter& JsonWriter::escaped_value(std::string_view text) {
  begin_item();
  out_.add('"', text, '"');
  return *this;
}

JsonWriter& JsonWriter::word(std::string_view text) {
  begin_item();
  out_.add(text);
  return *this;
}

JsonWriter& JsonWriter::open(char bracket) {
  begin_item();
  out_.add(bracket);
  comma_due_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_.add(bracket);
  comma_due_ = true;
  return *this;
}

}  // namespace glassgate
