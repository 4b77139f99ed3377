#include "base/json.h"

#include <array>
#include <charconv>
#include <cmath>

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

// Bytes that stand for themselves. A table: every byte of every log line is asked about.
constexpr auto is_plain = [] {
  std::array<bool, 256> plain{};
  for (size_t byte = 0x20; byte < 0x7F; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

}  // namespace

void append_json_escaped(std::string& out, std::string_view text) {
  size_t i = 0;
  while (i < text.size()) {
    size_t end = i;
    while (end < text.size() && is_plain[static_cast<unsigned char>(text[end])]) ++end;
    out.append(text, i, end - i);
    i = end;
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

JsonWriter& JsonWriter::key(std::string_view name) {
  begin_string();
  append_json_escaped(text_, name);
  text_ += "\":";
  comma_due_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  begin_string();
  append_json_escaped(text_, text);
  text_ += '"';
  comma_due_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(bool truth) {
  return raw(truth ? "true" : "false");
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  std::array<char, 64> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return raw({digits.data(), static_cast<size_t>(end - digits.data())});
}

JsonWriter& JsonWriter::null() {
  return raw("null");
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  text_ += bracket;
  comma_due_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  text_ += bracket;
  comma_due_ = true;
  return *this;
}

JsonWriter& JsonWriter::raw(std::string_view token) {
  separate();
  text_ += token;
  comma_due_ = true;
  return *this;
}

void JsonWriter::begin_string() {
  text_ += comma_due_ ? ",\"" : "\"";
}

void JsonWriter::separate() {
  if (comma_due_) text_ += ',';
}

}  // namespace glassgate
