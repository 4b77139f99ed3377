// JSON, written by hand and one way only: out.
//
// Problem: log lines, error bodies and /status carry bytes that clients and backends chose.
// Guarantee: whatever bytes go in, what comes out is one valid JSON text (RFC 8259) in valid UTF-8, on one line.
// Invariants:
//   I1 every string is escaped: quotes, backslashes, control characters (those above U+007F, too, which terminals
//      obey), line separators; each byte that is no UTF-8 becomes U+FFFD
//   I2 commas and colons are placed by the writer; a caller cannot forget or double one
//   I3 a number that JSON has no word for (infinite, not a number) is written as null
// Thread rule: a JsonWriter belongs to one thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace glassgate {

// Appends `text` with JSON's escapes, without the quotes around it.
void append_json_escaped(std::string& out, std::string_view text);

// Builds one JSON text: writer.begin_object().field("a", 1).key("b").begin_array().value("x").end_array().end_object()
class JsonWriter {
 public:
  // `expected`: bytes that there is to be room for at once.
  explicit JsonWriter(size_t expected = 0) { text_.reserve(expected); }

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth);
  JsonWriter& value(double number);
  JsonWriter& null();
  template <std::integral Number>
  JsonWriter& value(Number number) {
    return raw(std::to_string(number));
  }

  template <typename Value>
  JsonWriter& field(std::string_view name, const Value& v) {
    return key(name).value(v);
  }

  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& raw(std::string_view token);
  void begin_string();
  void separate();

  std::string text_;
  bool comma_due_ = false;  // a value stands before this point in the current object or array
};

}  // namespace glassgate
