#include "gateway/yaml.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/config_text.h"

namespace glassgate {
namespace {

using Kind = YamlNode::Kind;

std::string at(YamlPlace place) {
  return std::to_string(place.line) + ':' + std::to_string(place.column);
}

// The tree in one line, each node with its place: {a@1:1=x@1:4}, [x@1:2], null as ~.
std::string shown(const YamlNode& node) {
  if (node.kind == Kind::null) return "~@" + at(node.place);
  if (node.kind == Kind::scalar) return (node.quoted ? '\'' + node.text + '\'' : node.text) + '@' + at(node.place);
  std::string out;
  for (const YamlNode& child : node.children) {
    if (!out.empty()) out += ' ';
    if (node.kind == Kind::map) out += child.key + '@' + at(child.key_place) + '=';
    out += shown(child);
  }
  return node.kind == Kind::map ? '{' + out + '}' : '[' + out + ']';
}

// The tree, or the errors if there are any.
std::string read(const std::string& text) {
  const YamlResult result = parse_yaml(text);
  if (result.errors.empty()) return result.root ? shown(*result.root) : "neither tree nor error";
  std::string out;
  for (const ConfigError& error : result.errors) out += (out.empty() ? "" : "\n") + describe(error, "").substr(1);
  return out;
}

struct Row {
  std::string text;
  std::string result;
};

void check_rows(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(read(row.text) == row.result);
  }
}

TEST_CASE("every node knows its line and column, and children keep their order (I1, I2)") {
  check_rows({
      {"b: 1\na: 2", "{b@1:1=1@1:4 a@2:1=2@2:4}"},
      {"a:\n  - x: 1\n    y: z\n  - 'q'", "{a@1:1=[{x@2:5=1@2:8 y@3:5=z@3:8} 'q'@4:5]}"},
      {"{a: [1, b], c: {}}", "{a@1:2=[1@1:6 b@1:9] c@1:13={}}"},
      {"# a comment\n---\na: b\n...\n", "{a@3:1=b@3:4}"},
      {"\xEF\xBB\xBF"
       "a: b",
       "{a@1:1=b@1:4}"},
      {"a: 1\r\nb: 2\r\n", "{a@1:1=1@1:4 b@2:1=2@2:4}"},
      {"\xC3\xA9: x", "{\xC3\xA9@1:1=x@1:5}"},
      {"text", "text@1:1"},
  });
}

TEST_CASE("a null that is not written has the place of its key or of its list (I1)") {
  check_rows({
      {"a:\n\n\nb: 1", "{a@1:1=~@1:1 b@4:1=1@4:4}"},
      {"a: ~\nb: null", "{a@1:1=~@1:1 b@2:1=~@2:1}"},
      {"- a\n-\n- b", "[a@1:3 ~@1:1 b@3:3]"},
      {"{a: , b}", "{a@1:2=~@1:2 b@1:7=~@1:7}"},
      {"~", "~@1:1"},
  });
}

TEST_CASE("text in quotes and blocks is told apart from plain text") {
  check_rows({
      {"[\"1\", '1', 1, \"a\\tb\"]", "['1'@1:2 '1'@1:7 1@1:12 'a\tb'@1:15]"},
      {"a: |\n  x\n  y\n", "{a@1:1='x\ny\n'@1:4}"},
      {"a: |\n  x\n  ", "{a@1:1='x\n'@1:4}"},
      {"a: |\n  say \"x\"", "{a@1:1='say \"x\"'@1:4}"},
      {"a: x\n  y", "{a@1:1=x y@1:4}"},
      {"\"null\"", "'null'@1:1"},
  });
}

TEST_CASE("a key that stands twice is an error, and the first one counts (I2)") {
  check_rows({
      {"a: 1\na: 2", "2:1: a: this key stands twice; the first is in line 1"},
      {"x:\n  - {a: 1, b: [2], b: [3]}", "2:20: x[0].b: this key stands twice; the first is in line 2"},
      {"{a: 1, \"a\": 2, 'a': 3}",
       "1:8: a: this key stands twice; the first is in line 1\n1:16: a: this key stands twice; the first is in line 1"},
  });
  const YamlResult result = parse_yaml("a: 1\na: {b: [2]}\nc: 3");
  REQUIRE(result.root.has_value());
  CHECK(shown(*result.root) == "{a@1:1=1@1:4 c@3:1=3@3:4}");
}

TEST_CASE("an alias is a copy of what it names, at the alias's own place") {
  check_rows({
      {"a: &x {k: v}\nb: *x", "{a@1:1={k@1:8=v@1:11} b@2:1={k@1:8=v@1:11}}"},
      {"- &x one\n- *x", "[one@1:3 one@2:3]"},
      {"- &x\n- *x", "[~@1:1 ~@2:3]"},
      {"&a k: *a", "{k@1:1=k@1:7}"},
      {"a: *y", "1:4: bad YAML: the referenced anchor is not defined"},
      {"a: &x [1, *x]", "1:11: a[1]: an alias inside of what it stands for"},
  });
}

TEST_CASE("what a configuration has no use for is refused (I4)") {
  check_rows({
      {"a: 1\n---\nb: 2", "2:1: a second document begins here; a configuration is one document"},
      {"a: !!str 5", "1:4: a: found the tag \"tag:yaml.org,2002:str\"; tags have no meaning here"},
      {"a: !x {}", "1:4: a: found the tag \"!x\"; tags have no meaning here"},
      {"a: 1\nb:\n  <<: {c: d}", "3:3: b: merge keys (<<) are not supported; write the settings out"},
      {"\"<<\": 1", "{<<@1:1=1@1:7}"},
      {"? [a]\n: b", "1:3: found a list or map as a key, expected plain text; is a closing bracket missing?"},
      {"x: {{a: b}: c}", "1:5: x: found a list or map as a key, expected plain text; is a closing bracket missing?"},
      {"a: &x y\n*x : z", "2:1: found an alias as a key, expected plain text"},
      {": x", "1:1: found an empty key, expected plain text"},
      {"~: x", "1:1: found an empty key, expected plain text"},
  });
}

TEST_CASE("control characters and what is no UTF-8 are refused where they stand (I4)") {
  const std::string message = "found a control character, expected text or line ends";
  const std::string no_utf8 = "found a byte that is no UTF-8, expected text in UTF-8";
  check_rows({
      {"a: b\nc: \x04"
       "d",
       "2:4: " + message},
      {std::string("a: \0", 4), "1:4: " + message},
      {"a: \x7F", "1:4: " + message},
      {"a: b\rc: d", "1:5: " + message},
      {"a: b\r", "1:5: " + message},
      {std::string("\xFF\xFE"
                   "a\0:\0",
                   6),
       "1:1: " + no_utf8},
      {"a: b\n\xC3\xA9: caf\xE9", "2:8: " + no_utf8},
      {"a: \xC0\xAF", "1:4: " + no_utf8},
      {"a: \xED\xA0\x80", "1:4: " + no_utf8},
  });
}

TEST_CASE("bad YAML is an error with its place") {
  check_rows({
      {"", "1:1: the file is empty, expected a map of settings"},
      {"# nothing\n", "1:1: the file is empty, expected a map of settings"},
      {"a: 1\n b: 2", "2:3: bad YAML: illegal map value"},
      {"a: b: c", "1:5: bad YAML: illegal map value"},
      {"a:\n\tb: c", "2:3: bad YAML: illegal map value; this line is indented with a tab, expected spaces"},
      {"a: [::1]:9", "1:9: bad YAML: end of map not found; an address such as [::1]:9000 has to be in quotes"},
      {"a: 1\nb: [1, 2\n", "2:4: bad YAML: end of sequence flow not found"},
      {"a: 1\nb: [{c: 2\n# the end\n\n",
       "2:5: b[0]: found a list or map as a key, expected plain text; is a closing bracket missing?"},
      {"[{a: b/{c}, d: e}]", "1:8: bad YAML: end of map flow not found"},
      {"a: [1, 2   ", "1:4: bad YAML: end of sequence flow not found"},
      {"a: [1, 2\n\n   ", "1:4: bad YAML: end of sequence flow not found"},
      {"a: \"x", "1:5: bad YAML: illegal EOF in scalar"},
      {"a: \"x\nb: y\n", "2:5: bad YAML: illegal EOF in scalar"},
      {"a: 'x\nb: y \n\r\n\n", "4:1: bad YAML: illegal EOF in scalar"},
      {"a: 'x\nb: y\n  ", "2:5: bad YAML: illegal EOF in scalar"},
      {"a: 1\nb: \"", "2:4: bad YAML: illegal EOF in scalar"},
      {"a: 1\nb: '", "2:4: bad YAML: illegal EOF in scalar"},
      {"a: 1\nb: \" \t ", "2:4: bad YAML: illegal EOF in scalar"},
      {"\xEF\xBB\xBF"
       "a: [1,\nb: 2",
       "1:4: bad YAML: end of sequence flow not found"},
      {"\xEF\xBB\xBF%a: 1", "1:1: found a directive, a line that begins with %; none is known here"},
      {"a: 1\n%b: 2", "2:1: found a directive, a line that begins with %; none is known here"},
      {"a: 1\na: 2\nb: ]", "2:1: a: this key stands twice; the first is in line 1\n3:4: bad YAML: illegal flow end"},
  });
}

TEST_CASE("depth and number are bounded, aliases counted as what they stand for (I3)") {
  const auto nested = [](size_t levels) { return std::string(levels, '[') + 'x' + std::string(levels, ']'); };
  CHECK(parse_yaml(nested(yaml_limits::depth)).errors.empty());
  CHECK(read("a: " + nested(yaml_limits::depth)).ends_with("nested too deeply; at most 32 levels"));
  CHECK_FALSE(parse_yaml(std::string(100'000, '[')).errors.empty());
  CHECK_FALSE(parse_yaml(std::string(100'000, '{')).errors.empty());

  std::string chain = "- &a0 [x]\n";
  for (int i = 1; i < 40; ++i) chain += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  CHECK(read(chain).ends_with("nested too deeply; at most 32 levels"));

  std::string bomb = "- &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    bomb += "- &a" + std::to_string(i) + " [" + alias;
    for (int n = 1; n < 10; ++n) bomb += ", " + alias;
    bomb += "]\n";
  }
  CHECK(read(bomb).ends_with("too many values; at most 500000, aliases written out"));

  // Aliases outside of any anchor.
  const auto list = [](size_t n, const std::string& of) {
    std::string out = "[" + of;
    for (size_t i = 1; i < n; ++i) out += ", " + of;
    return out + "]";
  };
  CHECK(read("a: &a " + list(3000, "x") + "\nb: " + list(200, "*a")).ends_with("at most 500000, aliases written out"));
  CHECK(read("a: &a " + nested(20) + "\nb: " + std::string(20, '[') + "*a " + std::string(20, ']'))
            .ends_with("nested too deeply; at most 32 levels"));
  CHECK(read(std::string(yaml_limits::bytes + 1, '\n')) == "1:1: the file is too large; at most 2097152 bytes");
}

TEST_CASE("a text cut at any byte, or with any byte replaced, gives a tree or an error") {
  for (size_t cut = 0; cut <= every_key.size(); ++cut) {
    CAPTURE(cut);
    const YamlResult result = parse_yaml(every_key.substr(0, cut));
    CHECK((result.root.has_value() || !result.errors.empty()));
  }
  for (const char byte : {'[', '{', '"', '\'', ':', '&', '*', '!', '|', '#', '%', '\n', '\xFF', '\0'}) {
    for (size_t i = 0; i < every_key.size(); i += 3) {
      std::string text = every_key;
      text[i] = byte;
      const YamlResult result = parse_yaml(text);
      CHECK((result.root.has_value() || !result.errors.empty()));
    }
  }
}

}  // namespace
}  // namespace glassgate
