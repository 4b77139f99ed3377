#include "gateway/config_text.h"

#include <algorithm>
#include <utility>

#include "base/json.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace glassgate {
namespace {

constexpr size_t longest_shown = 80;
constexpr size_t longest_name = 64;  // of a key that is compared: more is no slip of the finger
constexpr size_t most_names = 100;   // that are compared: a large file full of mistakes must not take minutes

char folded(char c) {
  return c == '-' ? '_' : lower(c);
}

// Optimal string alignment: the fewest insertions, deletions, changes and swaps of neighbours that turn a into b.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before(b.size() + 1);
  std::vector<size_t> above(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    before = std::exchange(above, row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = folded(a[i - 1]) == folded(b[j - 1]);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && folded(a[i - 1]) == folded(b[j - 2]) &&
                           folded(a[i - 2]) == folded(b[j - 1]);
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string visible(std::string_view text) {
  const std::string_view shown = utf8_prefix(text, longest_shown);
  return json_escaped(shown) + (shown.size() < text.size() ? "..." : "");
}

std::string quoted(std::string_view text) {
  return '"' + visible(text) + '"';
}

std::string child_key(std::string_view parent, std::string_view key) {
  std::string out(parent);
  if (!out.empty()) out += '.';
  return out += visible(key);
}

std::string child_key(std::string_view parent, size_t index) {
  return std::string(parent) + '[' + std::to_string(index) + ']';
}

std::string_view nearest(std::string_view text, const std::vector<std::string_view>& names) {
  if (text.size() > longest_name || names.size() > most_names) return {};
  std::string_view best;
  size_t best_distance = std::min(2 + text.size() / 5, text.size());  // the first that is too far to be a slip
  for (const std::string_view name : names) {
    const size_t shorter = std::min(name.size(), text.size());
    const size_t longer = std::max(name.size(), text.size());
    if (longer - shorter >= best_distance) continue;  // each letter too many is an edit
    const size_t distance = edit_distance(text, name);
    if (distance >= best_distance) continue;
    best = name;
    best_distance = distance;
  }
  return best;
}

std::string did_you_mean(std::string_view text, const std::vector<std::string_view>& names) {
  const std::string_view near = nearest(text, names);
  return near.empty() ? "" : "; did you mean " + visible(near) + "?";
}

std::string listed(const std::vector<std::string_view>& names, std::string_view before_last) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) out += i + 1 == names.size() ? before_last : ", ";
    out += visible(names[i]);
  }
  return out;
}

std::string either_of(const std::vector<std::string_view>& names) {
  return listed(names, " or ");
}

}  // namespace glassgate
