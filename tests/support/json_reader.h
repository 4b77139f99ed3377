// A strict reader of JSON, to hold against what the gateway writes: RFC 8259 to the letter, valid UTF-8, no name twice
// in an object, one line, nothing behind the text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glassgate::test {

struct Json {
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  std::string text;                // a string's bytes, unescaped; anything else as it was written
  std::vector<Json> items;         // of an array; the values of an object
  std::vector<std::string> names;  // of an object, one for each of its values

  bool has(std::string_view name) const;
  // The value or item; throws std::out_of_range, with the name, where there is none.
  const Json& at(std::string_view name) const;
  const Json& at(size_t index) const { return items.at(index); }
};

// nullopt: not JSON.
std::optional<Json> read_json(std::string_view text);

// Throws, with the text, where it is not JSON. One line end may stand behind it.
Json json_of(std::string_view text);

}  // namespace glassgate::test
