// YAML text as a small tree of our own: the one place that knows the YAML library.
//
// Problem: a configuration is checked value by value, and each complaint must name its line and column; and a file
// from anywhere may nest without end, or name itself again and again (an "alias bomb").
// Guarantee: parse_yaml() ends with a tree or with an error, and never runs away for any bytes. It throws nothing but
// std::bad_alloc.
// Invariants:
//   I1 every node has the line and column (from 1; columns count bytes) where it stands. A null that is not written
//      takes the place of its key, or of its list
//   I2 children stand in the order of the file, and no two keys of a map are equal: the second one is an error and is
//      left out of the tree
//   I3 a tree has at most yaml_limits::depth levels and yaml_limits::nodes nodes; an alias counts as what it stands for
//   I4 what this project's files have no use for is refused, not guessed at: tags, merge keys, several documents, keys
//      that are no plain text, control characters, bytes that are no UTF-8
// Thread rule: a pure function; trees are values.
// Source: https://yaml.org/spec/1.2.2/
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"

namespace glassgate {

namespace yaml_limits {
constexpr size_t bytes = size_t{2} * 1024 * 1024;  // the library takes up to 240 bytes of memory for one of the text
constexpr size_t depth = 32;
constexpr size_t nodes = 500'000;
}  // namespace yaml_limits

struct YamlPlace {
  int line = 1;
  int column = 1;
  bool operator==(const YamlPlace&) const = default;
};

struct YamlNode {
  enum class Kind { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string text;     // of a scalar, as YAML reads it: without quotes, escapes resolved. Else empty
  bool quoted = false;  // a scalar in quotes or a block scalar: text, even if it looks like a number
  YamlPlace place;
  bool has_key = false;  // a child of a map has one, which may be empty, and its place
  std::string key;
  YamlPlace key_place;
  std::vector<YamlNode> children;
};

struct YamlResult {
  std::optional<YamlNode> root;     // nothing when the text is no YAML at all; then there is an error
  std::vector<ConfigError> errors;  // keys that stand twice, or the one error that ended the reading
};

YamlResult parse_yaml(std::string_view text);

}  // namespace glassgate
