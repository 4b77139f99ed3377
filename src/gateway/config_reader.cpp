#include "gateway/config_reader.h"

#include <algorithm>
#include <utility>

#include "gateway/config_text.h"
#include "gateway/config_values.h"

namespace glassgate {
namespace {

std::string found(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::null: return "found nothing";
    case YamlNode::Kind::scalar: return "found " + quoted(node.text);
    case YamlNode::Kind::list: return node.children.empty() ? "found an empty list" : "found a list";
    case YamlNode::Kind::map: return "found a map";
  }
  return {};
}

}  // namespace

ConfigValue ConfigValue::child(size_t index) const {
  const YamlNode& node = node_->children.at(index);
  return {node, is_map() ? child_key(key_, node.key) : child_key(key_, index), *errors_};
}

std::vector<ConfigValue> ConfigValue::children() const {
  std::vector<ConfigValue> out;
  for (size_t i = 0; i < node_->children.size(); ++i) out.push_back(child(i));
  return out;
}

// A list's item has no key.
YamlPlace ConfigValue::key_place() const {
  return node_->has_key ? node_->key_place : node_->place;
}

void ConfigValue::add(YamlPlace place, std::string key, std::string message) const {
  if (!is_full()) errors_->push_back({place.line, place.column, std::move(key), std::move(message)});
}

void ConfigValue::fail(std::string message) const {
  add(node_->place, key_, std::move(message));
}

void ConfigValue::fail_at_key(std::string message) const {
  add(key_place(), key_, std::move(message));
}

void ConfigValue::missing(std::string_view name, std::string_view expected) const {
  add(key_place(), child_key(key_, name), std::string("missing, expected ").append(expected));
}

void ConfigValue::expected(std::string_view expected) const {
  fail(found(*node_).append(", expected ").append(expected));
}

std::optional<std::string> ConfigValue::text(std::string_view expected_text) const {
  if (node_->kind == YamlNode::Kind::scalar && !has_control_character(node_->text)) return node_->text;
  expected(expected_text);
  return std::nullopt;
}

// "100" in quotes is text in YAML, whatever it looks like.
bool ConfigValue::refuses_quotes(std::string_view expected) const {
  if (!node_->quoted) return false;
  fail(found(*node_).append(" in quotes, expected ").append(expected).append(" without quotes"));
  return true;
}

std::optional<bool> ConfigValue::boolean() const {
  constexpr std::string_view wanted = "true or false";
  if (refuses_quotes(wanted)) return std::nullopt;
  if (node_->text == "true") return true;
  if (node_->text == "false") return false;
  expected(wanted);
  return std::nullopt;
}

std::optional<uint64_t> ConfigValue::integer(IntegerRange range) const {
  const std::string wanted = "a whole number from " + std::to_string(range.low) + " to " + std::to_string(range.high);
  if (refuses_quotes(wanted)) return std::nullopt;
  const auto value = parse_whole_number(node_->text);
  if (value && *value >= range.low && *value <= range.high) return value;
  expected(wanted);
  return std::nullopt;
}

std::optional<double> ConfigValue::ratio() const {
  constexpr std::string_view wanted = "a ratio over 0 and up to 1, such as 0.5";
  if (refuses_quotes(wanted)) return std::nullopt;
  const auto value = parse_ratio(node_->text);
  if (value && *value > 0) return value;
  expected(wanted);
  return std::nullopt;
}

std::optional<Duration> ConfigValue::duration(DurationRange range) const {
  const auto value = parse_duration(node_->text);
  if (value && *value >= range.low && *value <= range.high) return value;
  if (value && *value == Duration::zero() && range.zero) return value;
  expected("a duration such as 250ms, 5s, 1m30s or 2h (" + duration_text(range.low) + " to " +
           duration_text(range.high) + (range.zero ? ", or 0)" : ")"));
  return std::nullopt;
}

std::optional<uint64_t> ConfigValue::size(IntegerRange range) const {
  const auto value = parse_size(node_->text);
  if (value && *value >= range.low && *value <= range.high) return value;
  expected("a size such as 512, 64KiB or 10MiB (" + size_text(range.low) + " to " + size_text(range.high) + ")");
  return std::nullopt;
}

std::optional<size_t> ConfigValue::choice(const std::vector<std::string_view>& names) const {
  const auto name = std::find(names.begin(), names.end(), node_->text);
  if (name != names.end()) return static_cast<size_t>(name - names.begin());
  expected(either_of(names) + did_you_mean(node_->text, names));
  return std::nullopt;
}

std::optional<std::vector<ConfigValue>> ConfigValue::list(std::string_view expected_list) const {
  if (is_list() && !node_->children.empty()) return children();
  expected(expected_list);
  return std::nullopt;
}

ConfigMap::ConfigMap(const ConfigValue& value, std::string_view expected) : value_(value) {
  if (!value_.is_map()) value_.expected(expected);
}

bool ConfigMap::is_known(std::string_view name) const {
  return std::find(known_.begin(), known_.end(), name) != known_.end();
}

std::optional<ConfigValue> ConfigMap::find(std::string_view name) {
  if (!is_known(name)) known_.push_back(name);
  if (!value_.is_map()) return std::nullopt;
  const auto& children = value_.node().children;
  const auto at = std::find_if(children.begin(), children.end(),
                               [&](const YamlNode& node) { return node.key == name; });
  if (at == children.end()) return std::nullopt;
  return value_.child(static_cast<size_t>(at - children.begin()));
}

std::optional<ConfigValue> ConfigMap::require(std::string_view name, std::string_view expected) {
  require_one_of({name}, expected);
  return find(name);
}

void ConfigMap::require_one_of(const std::vector<std::string_view>& names, std::string_view expected) {
  const bool met = std::any_of(names.begin(), names.end(),
                               [this](std::string_view name) { return find(name).has_value(); });
  if (!met) unmet_.push_back({names, expected});
}

bool ConfigMap::has_misspelt(std::string_view name) const {
  const auto& children = value_.node().children;
  if (children.size() > most_config_errors) return false;  // no slip, but a file of another kind
  return std::any_of(children.begin(), children.end(),
                     [&](const YamlNode& node) { return !is_known(node.key) && nearest(node.key, known_) == name; });
}

void ConfigMap::finish() const {
  if (!value_.is_map()) return;
  for (const Requirement& unmet : unmet_) {
    const bool misspelt = std::any_of(unmet.names.begin(), unmet.names.end(),
                                      [this](std::string_view name) { return has_misspelt(name); });
    if (!misspelt) value_.missing(unmet.names.front(), unmet.expected);
  }
  complain_of_unknown();
}

void ConfigMap::complain_of_unknown() const {
  for (const ConfigValue& child : value_.children()) {
    if (value_.is_full()) return;
    const std::string& key = child.node().key;
    if (is_known(key)) continue;
    const std::string near = did_you_mean(key, known_);
    child.fail_at_key("unknown key" + (near.empty() ? "; known here: " + listed(known_) : near));
  }
}

bool ConfigMap::boolean(std::string_view name, bool& out) {
  const auto at = find(name);
  return at && store(at->boolean(), out);
}

bool ConfigMap::ratio(std::string_view name, double& out) {
  const auto at = find(name);
  return at && store(at->ratio(), out);
}

bool ConfigMap::duration(std::string_view name, DurationRange range, Duration& out) {
  const auto at = find(name);
  return at && store(at->duration(range), out);
}

}  // namespace glassgate
