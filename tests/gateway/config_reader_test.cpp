#include "gateway/config_reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

namespace glassgate {
namespace {

using namespace std::chrono_literals;

// Reads a text with `read` and gives the errors, one a line.
std::string errors_when(const std::string& yaml, const std::function<void(ConfigMap&)>& read) {
  const YamlResult tree = parse_yaml(yaml);
  REQUIRE(tree.root.has_value());
  std::vector<ConfigError> errors;
  ConfigMap map(ConfigValue(*tree.root, "", errors));
  read(map);
  std::string out;
  for (const ConfigError& error : errors) out += (out.empty() ? "" : "\n") + describe(error, "").substr(1);
  return out;
}

enum class Colour { red, green, blue };

struct Values {
  bool flag = false;
  unsigned number = 7;
  double part = 0.5;
  Duration time = 1s;
  uint64_t bytes = 9;
  Colour colour = Colour::green;
  bool operator==(const Values&) const = default;
};

// How many of them were there and good.
int read_all(ConfigMap& map, Values& out) {
  int good = 0;
  good += map.boolean("flag", out.flag) ? 1 : 0;
  good += map.integer("number", {1, 100}, out.number) ? 1 : 0;
  good += map.ratio("part", out.part) ? 1 : 0;
  good += map.duration("time", any_timeout, out.time) ? 1 : 0;
  good += map.size("bytes", {1, 1024}, out.bytes) ? 1 : 0;
  good += map.choice("colour", {"red", "green", "blue"}, out.colour) ? 1 : 0;
  map.finish();
  return good;
}

TEST_CASE("good values are stored, each by its type") {
  Values values;
  int good = 0;
  const std::string yaml = "flag: true\nnumber: 100\npart: 1\ntime: 1m\nbytes: 1KiB\ncolour: blue\n";
  CHECK(errors_when(yaml, [&](ConfigMap& map) { good = read_all(map, values); }).empty());
  CHECK(good == 6);
  CHECK(values == Values{true, 100, 1, 1min, 1024, Colour::blue});
}

TEST_CASE("what is missing keeps its default, without an error (I1)") {
  Values values;
  int good = 0;
  CHECK(errors_when("{}", [&](ConfigMap& map) { good = read_all(map, values); }).empty());
  CHECK(good == 0);
  CHECK(values == Values{});
}

TEST_CASE("each wrong value adds one error, at its place, and keeps its default (I1, I4)") {
  Values values;
  int good = 0;
  const std::string yaml = "flag: yes\nnumber: 101\npart: 0\ntime: 5\nbytes: 2KiB\ncolour: Blue\n";
  CHECK(errors_when(yaml, [&](ConfigMap& map) { good = read_all(map, values); }) ==
        "1:7: flag: found \"yes\", expected true or false\n"
        "2:9: number: found \"101\", expected a whole number from 1 to 100\n"
        "3:7: part: found \"0\", expected a ratio over 0 and up to 1, such as 0.5\n"
        "4:7: time: found \"5\", expected a duration such as 250ms, 5s, 1m30s or 2h (1ms to 24h)\n"
        "5:8: bytes: found \"2KiB\", expected a size such as 512, 64KiB or 10MiB (1 to 1KiB)\n"
        "6:9: colour: found \"Blue\", expected red, green or blue; did you mean blue?");
  CHECK(good == 0);
  CHECK(values == Values{});
}

TEST_CASE("nothing, a list and a map are no values, and each is called what it is (I1)") {
  for (const auto& row : std::vector<std::pair<std::string, std::string>>{{"", ": found nothing, expected "},
                                                                          {"[]", ": found an empty list, expected "},
                                                                          {"[1]", ": found a list, expected "},
                                                                          {"{a: 1}", ": found a map, expected "}}) {
    const auto& value = row.first;
    const auto& found = row.second;
    CAPTURE(value);
    for (const std::string key : {"flag", "number", "part", "time", "bytes", "colour"}) {
      CAPTURE(key);
      Values values;
      std::string yaml = key;
      yaml.append(": ").append(value);
      const std::string errors = errors_when(yaml, [&](ConfigMap& map) { CHECK(read_all(map, values) == 0); });
      CHECK(errors.find(found) != std::string::npos);
      CHECK(errors.find('\n') == std::string::npos);
      CHECK(values == Values{});
    }
  }
}

TEST_CASE("a truth or a number in quotes is text") {
  Values values;
  CHECK(errors_when("flag: \"true\"\nnumber: '5'\npart: '1'\ntime: '5s'\nbytes: '5'\ncolour: 'red'",
                    [&](ConfigMap& map) { read_all(map, values); }) ==
        "1:7: flag: found \"true\" in quotes, expected true or false without quotes\n"
        "2:9: number: found \"5\" in quotes, expected a whole number from 1 to 100 without quotes\n"
        "3:7: part: found \"1\" in quotes, expected a ratio over 0 and up to 1, such as 0.5 without quotes");
  CHECK(values.time == 5s);
  CHECK(values.bytes == 5);
  CHECK(values.colour == Colour::red);
}

TEST_CASE("both ends of a range belong to it, and 0 only where it is named") {
  const DurationRange range{10ms, 1h, true};
  for (const auto& row : std::vector<std::pair<std::string, bool>>{
           {"10ms", true}, {"1h", true}, {"0", true}, {"9ms", false}, {"1h1ms", false}}) {
    const auto& text = row.first;
    const auto& good = row.second;
    CAPTURE(text);
    Duration out{};
    const std::string errors = errors_when("t: " + text,
                                           [&](ConfigMap& map) { CHECK(map.duration("t", range, out) == good); });
    CHECK(errors.empty() == good);
  }
  Duration out{};
  CHECK(errors_when("t: 9ms", [&](ConfigMap& map) { map.duration("t", range, out); }).ends_with("(10ms to 1h, or 0)"));
}

TEST_CASE("an unknown key is an error with the nearest known one, or all that are known (I2)") {
  Values values;
  CHECK(errors_when("fleg: true\nsize: 3\ncolor: red", [&](ConfigMap& map) { read_all(map, values); }) ==
        "1:1: fleg: unknown key; did you mean flag?\n"
        "2:1: size: unknown key; known here: flag, number, part, time, bytes, colour\n"
        "3:1: color: unknown key; did you mean colour?");
  CHECK(errors_when("flag: true\n\"\":\n\n  7", [&](ConfigMap& map) { read_all(map, values); }).starts_with("2:1: "));
}

TEST_CASE("what is required is missed once, but not when it was merely misspelt (I2)") {
  const auto read = [](ConfigMap& map) {
    map.require("window", "a duration");
    map.require_one_of({"upstream", "backends"}, "a target");
    map.finish();
  };
  CHECK(errors_when("{}", read) ==
        "1:1: window: missing, expected a duration\n1:1: upstream: missing, expected a target");
  CHECK(errors_when("window: 1\nbackends: 2", read).empty());
  CHECK(errors_when("windoe: 1\nbackend: 2", read) ==
        "1:1: windoe: unknown key; did you mean window?\n2:1: backend: unknown key; did you mean backends?");
}

TEST_CASE("what is missing in a section has the place of the section's key (I4)") {
  const std::string errors = errors_when("a:\n  b:\n    c: 1", [](ConfigMap& map) {
    ConfigMap a(*map.find("a"));
    ConfigMap b(*a.find("b"));
    b.find("c");
    b.require("d", "something");
    b.finish();
  });
  CHECK(errors == "2:3: a.b.d: missing, expected something");
}

TEST_CASE("something else than a map is one error, and nothing in it is missed") {
  for (const auto& row : std::vector<std::pair<std::string, std::string>>{
           {"a: 5", "1:4: a: found \"5\""}, {"a:", "1:1: a: found nothing"}, {"a: [x, y]", "1:4: a: found a list"}}) {
    const auto& yaml = row.first;
    const auto& found = row.second;
    CAPTURE(yaml);
    const std::string errors = errors_when(yaml, [](ConfigMap& map) {
      ConfigMap a(*map.find("a"));
      CHECK_FALSE(a.require("b", "something").has_value());
      a.finish();
    });
    CHECK(errors == found + ", expected a map of settings");
  }
}

TEST_CASE("lists give their items with numbers, and must not be empty") {
  CHECK(errors_when("a: [x, {b: 1}, ~]",
                    [&](ConfigMap& map) {
                      const auto items = map.find("a")->list("a list of things");
                      REQUIRE(items.has_value());
                      for (const ConfigValue& item : *items) item.expected("better");
                    }) ==
        "1:5: a[0]: found \"x\", expected better\n1:8: a[1]: found a map, expected better\n"
        "1:4: a[2]: found nothing, expected better");
  CHECK(errors_when("a: []", [&](ConfigMap& map) {
          CHECK_FALSE(map.find("a")->list("a list of things").has_value());
        }) == "1:4: a: found an empty list, expected a list of things");
}

TEST_CASE("text is one line without control characters") {
  const auto read = [](ConfigMap& map) { map.find("a")->text("a word"); };
  CHECK(errors_when("a: 5", read).empty());
  CHECK(errors_when("a: ''", read).empty());
  CHECK(errors_when("a: \"b\\nc\\e[0m\"", read) == "1:4: a: found \"b\\nc\\u001b[0m\", expected a word");
}

TEST_CASE("the list of errors is bounded (I3)") {
  std::string yaml;
  for (int i = 0; i < 3000; ++i) yaml += "k" + std::to_string(i) + ": 1\n";
  const std::string errors = errors_when(yaml, [](ConfigMap& map) { map.finish(); });
  CHECK(std::count(errors.begin(), errors.end(), '\n') + 1 == static_cast<std::ptrdiff_t>(most_config_errors));
}

}  // namespace
}  // namespace glassgate
