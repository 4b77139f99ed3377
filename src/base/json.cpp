#include "base/json.h"

#include <array>
#include <cmath>
#include <cstdlib>

#include "base/utf8.h"

namespace glassgate {
namespace {

void append_code(std::string& out, unsigned char code) {
  static constexpr std::string_view hex = "0123456789abcdef";
  out += "\\u00";
  out += hex[code >> 4];
  out += hex[code & 15];
}

void append_control(std::string& out, unsigned char c) {
  switch (c) {
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: append_code(out, c);
  }
}

// Correct UTF-8 that is still no text: the controls U+0080 to U+009F, which a terminal obeys, and the separators U+2028
// and U+2029, at which many programs end a line.
void append_character(std::string& out, std::string_view character) {
  const auto second = static_cast<unsigned char>(character[1]);
  if (character == "\xE2\x80\xA8") {
    out += "\\u2028";
  } else if (character == "\xE2\x80\xA9") {
    out += "\\u2029";
  } else if (character[0] == '\xC2' && second <= 0x9F) {
    append_code(out, second);
  } else {
    out += character;
  }
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

std::string json_escaped(std::string_view text) {
  std::string out;
  size_t i = 0;
  for (;;) {
    const size_t plain = plain_length(text.substr(i));
    out.append(text, i, plain);
    i += plain;
    if (i == text.size()) return out;

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
  return escaped_key(json_escaped(name));
}

// Hardly any string has something to escape, and then it is copied once.
JsonWriter& JsonWriter::value(std::string_view text) {
  if (plain_length(text) == text.size()) return escaped_value(text);
  return escaped_value(json_escaped(text));
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
