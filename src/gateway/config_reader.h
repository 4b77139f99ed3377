// Typed values out of a YAML tree, and a complaint for everything that is not as it should be.
//
// Problem: a person wants to mend a file once, so one mistake must not hide the next, nor cause it.
// Algorithm: a ConfigValue is a place in the tree with the dotted way to it; a ConfigMap reads the settings of a map by
// name. Whoever reads asks for what the schema has, and goes on with the default where a value was no good.
// Invariants:
//   I1 a value that is missing or wrong leaves the target as it was; a wrong one adds exactly one error
//   I2 every name that a ConfigMap was asked for is known; finish() complains about each other one, with the nearest
//      known name, and about what is missing, unless it was merely misspelt
//   I3 no error is added to most_config_errors of them
//   I4 an error has the place of the value, or of the key when the key itself is wrong or something is missing below it
// REQUIRES: the tree and the list of errors outlive the readers.
// Thread rule: one owner.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "gateway/config.h"
#include "gateway/yaml.h"

namespace glassgate {

// Both ends belong to the range.
struct IntegerRange {
  uint64_t low = 0;
  uint64_t high = 0;
};

struct DurationRange {
  Duration low{};
  Duration high{};
  bool zero = false;  // 0 is good too: off
};
constexpr DurationRange any_timeout{std::chrono::milliseconds(1), std::chrono::hours(24), false};

class ConfigValue {
 public:
  ConfigValue(const YamlNode& node, std::string key, std::vector<ConfigError>& errors)
      : node_(&node), key_(std::move(key)), errors_(&errors) {}

  const YamlNode& node() const { return *node_; }
  bool is_map() const { return node_->kind == YamlNode::Kind::map; }
  bool is_list() const { return node_->kind == YamlNode::Kind::list; }

  ConfigValue child(size_t index) const;  // by its key in a map, by its number in a list
  std::vector<ConfigValue> children() const;

  void fail(std::string message) const;                                  // at the value
  void fail_at_key(std::string message) const;                           // at its key, when it has one
  void expected(std::string_view expected) const;                        // fails with: found ..., expected ...
  void missing(std::string_view name, std::string_view expected) const;  // a setting below this one
  size_t error_count() const { return errors_->size(); }
  bool is_full() const { return errors_->size() >= most_config_errors; }

  // Each gives the value, or fails.
  std::optional<std::string> text(std::string_view expected) const;
  std::optional<bool> boolean() const;
  std::optional<uint64_t> integer(IntegerRange range) const;
  std::optional<double> ratio() const;
  std::optional<Duration> duration(DurationRange range) const;
  std::optional<uint64_t> size(IntegerRange range) const;
  std::optional<size_t> choice(const std::vector<std::string_view>& names) const;  // the index of the name
  std::optional<std::vector<ConfigValue>> list(std::string_view expected) const;   // at least one

 private:
  YamlPlace key_place() const;
  void add(YamlPlace place, std::string key, std::string message) const;
  bool refuses_quotes(std::string_view expected) const;

  const YamlNode* node_;
  std::string key_;
  std::vector<ConfigError>* errors_;
};

class ConfigMap {
 public:
  explicit ConfigMap(const ConfigValue& value, std::string_view expected = "a map of settings");

  std::optional<ConfigValue> find(std::string_view name);
  std::optional<ConfigValue> require(std::string_view name, std::string_view expected);
  // Complains, in finish(), about the first of the names when none of them is there. `expected` must live until then.
  void require_one_of(const std::vector<std::string_view>& names, std::string_view expected);
  // A key stands here that was probably meant to be `name`. REQUIRES: all names of the map have been asked for.
  bool has_misspelt(std::string_view name) const;
  // Last, once: complains about everything in the map that nobody asked for.
  void finish() const;

  // Each is true when the setting was there and good, and then `out` has it.
  bool boolean(std::string_view name, bool& out);
  bool ratio(std::string_view name, double& out);
  bool duration(std::string_view name, DurationRange range, Duration& out);

  template <std::unsigned_integral Number>
  bool integer(std::string_view name, IntegerRange range, Number& out) {
    const auto at = find(name);
    return at && store(at->integer(range), out);
  }
  template <std::unsigned_integral Number>
  bool size(std::string_view name, IntegerRange range, Number& out) {
    const auto at = find(name);
    return at && store(at->size(range), out);
  }
  // REQUIRES: the names stand in the order of the enum's values, which count from 0.
  template <typename Enum>
  bool choice(std::string_view name, const std::vector<std::string_view>& names, Enum& out) {
    static_assert(std::is_enum_v<Enum>);
    const auto at = find(name);
    return at && store(at->choice(names), out);
  }

 private:
  template <typename From, typename To>
  static bool store(const std::optional<From>& value, To& out) {
    if (value) out = static_cast<To>(*value);
    return value.has_value();
  }

  struct Requirement {
    std::vector<std::string_view> names;
    std::string_view expected;
  };

  bool is_known(std::string_view name) const;
  void complain_of_unknown() const;

  ConfigValue value_;
  std::vector<std::string_view> known_;
  std::vector<Requirement> unmet_;
};

}  // namespace glassgate
