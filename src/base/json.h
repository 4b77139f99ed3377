// JSON, written by hand and one way only: out.
//
// Problem: log lines, error bodies and /status carry bytes that clients and backends chose.
// Guarantee: whatever bytes go in, what comes out is one valid JSON text (RFC 8259) in valid UTF-8, on one line.
// Invariants:
//   I1 every string is escaped: quotes, backslashes, control characters (those above U+007F, too, which terminals
//      obey), line separators; each byte that is no UTF-8 becomes U+FFFD. A JsonName has nothing to escape
//   I2 commas and colons are placed by the writer; a caller cannot forget or double one
//   I3 a number that JSON has no word for (infinite, not a number) is written as null
// Thread rule: a JsonWriter belongs to one thread.
// Units: a duration is written in milliseconds with three decimals, a time of day as RFC 3339 has it.
#pragma once

#include <concepts>
#include <memory_resource>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/text_builder.h"

namespace glassgate {

// True for a byte that stands for itself in a string.
constexpr bool is_plain_in_json(char c) {
  return c >= 0x20 && c < 0x7F && c != '"' && c != '\\';
}
constexpr bool is_plain_in_json(std::string_view text) {
  for (const char c : text) {
    if (!is_plain_in_json(c)) return false;
  }
  return true;
}

// `text` with JSON's escapes, without the quotes around it.
std::string json_escaped(std::string_view text);

// The name of a field, as it stands in the program. The compiler has checked that there is nothing to escape in it, so
// nobody does while a request waits.
class JsonName {
 public:
  consteval JsonName(const char* literal) : text_(literal) {
    if (!is_plain_in_json(text_)) throw "a name with a byte that JSON escapes";
  }
  constexpr std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// Builds one JSON text: writer.begin_object().field("a", 1).key("b").begin_array().value("x").end_array().end_object()
class JsonWriter {
 public:
  // `expected`: bytes that there is to be room for at once.
  explicit JsonWriter(size_t expected = usual_bytes,
                      std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : out_(expected, memory) {}

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }

  JsonWriter& key(JsonName name) { return escaped_key(name.text()); }
  // A name that is known only now: escaped like any other string.
  JsonWriter& any_key(std::string_view name);
  JsonWriter& value(std::string_view text);
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth) { return word(truth ? "true" : "false"); }
  JsonWriter& value(double number);
  JsonWriter& value(Duration time);
  JsonWriter& value(WallTime time);
  JsonWriter& null() { return word("null"); }
  template <std::integral Number>
  JsonWriter& value(Number number) {
    begin_item();
    out_.add_number(number);
    return *this;
  }

  template <typename Value>
  JsonWriter& field(JsonName name, const Value& v) {
    return key(name).value(v);
  }

  // What has been written. It lives as long as the writer, or until that writes more.
  std::string_view text() const { return out_.text(); }
  std::string str() const { return std::string(text()); }

 private:
  static constexpr size_t usual_bytes = 256;

  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  JsonWriter& word(std::string_view text);
  JsonWriter& escaped_key(std::string_view name);    // the caller has seen to that
  JsonWriter& escaped_value(std::string_view text);  // the same
  void begin_item() {
    if (comma_due_) out_.add(',');
    comma_due_ = true;
  }

  TextBuilder out_;
  bool comma_due_ = false;  // a value stands before this point in the current object or array
};

}  // namespace glassgate
