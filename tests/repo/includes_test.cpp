// Files are compiled with what most of them include read once (.ci/precompiled.h), and many in batches: so no compiler
// says that an include is missing.
#include <doctest/doctest.h>

#include <cctype>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/source_tree.h"

namespace glassgate {
namespace {

// Words behind std::, by the header that has them.
const std::map<std::string, std::vector<std::string>> uses{
    {"<algorithm>", {"all_of",      "any_of",  "clamp",          "copy_n",       "count",      "count_if",    "equal",
                     "fill",        "find",    "find_if",        "lower_bound",  "max",        "max_element", "min",
                     "min_element", "none_of", "ranges::all_of", "ranges::sort", "remove_if",  "reverse",     "search",
                     "shuffle",     "sort",    "stable_sort",    "transform",    "upper_bound"}},
    {"<array>", {"array"}},
    {"<atomic>", {"atomic"}},
    {"<charconv>", {"from_chars", "to_chars"}},
    {"<chrono>", {"chrono"}},
    {"<cstring>", {"memchr", "memcmp", "memcpy", "memset", "strerror", "strlen"}},
    {"<deque>", {"deque"}},
    {"<functional>", {"function", "hash", "less"}},
    {"<list>", {"list"}},
    {"<map>", {"map", "multimap"}},
    {"<memory>", {"make_shared", "make_unique", "shared_ptr", "unique_ptr", "weak_ptr"}},
    {"<memory_resource>", {"pmr"}},
    {"<optional>", {"nullopt", "optional"}},
    {"<set>", {"multiset", "set"}},
    {"<span>", {"span"}},
    {"<string>", {"getline", "string", "to_string"}},
    {"<string_view>", {"string_view"}},
    {"<system_error>", {"errc", "error_code", "system_error"}},
    {"<thread>", {"this_thread", "thread"}},
    {"<unordered_map>", {"unordered_map"}},
    {"<utility>", {"as_const", "exchange", "forward", "move", "pair", "swap"}},
    {"<variant>", {"get_if", "holds_alternative", "variant", "visit"}},
    {"<vector>", {"vector"}},
};

// No name of theirs has std:: in front of it here.
const std::set<std::string> not_looked_for{"<cerrno>", "<cstdint>"};

bool has_word(std::string_view text, std::string_view word) {
  for (size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const char next = at + word.size() < text.size() ? text[at + word.size()] : ' ';
    if (std::isalnum(static_cast<unsigned char>(next)) == 0 && next != '_') return true;
  }
  return false;
}

std::string file_of(const std::string& name, const std::string& includer) {
  for (const std::string& folder : {std::string("src/"), std::string("tests/"), std::string("examples/"),
                                    includer.substr(0, includer.rfind('/') + 1)}) {
    if (source_tree::exists(folder + name)) return folder + name;
  }
  return "";
}

// "<vector>", "<map>": what a file includes, itself or by headers of this tree.
void collect(const std::string& file, std::set<std::string>& seen, std::set<std::string>& found) {
  if (file.empty() || !seen.insert(file).second) return;
  for (const std::string& line : source_tree::lines_of(file)) {
    if (!line.starts_with("#include ")) continue;
    const std::string name = line.substr(9);
    if (name.starts_with('<')) found.insert(name);
    if (name.starts_with('"')) collect(file_of(name.substr(1, name.size() - 2), file), seen, found);
  }
}

std::vector<std::string> misses_in(const std::string& file) {
  std::set<std::string> seen;
  std::set<std::string> found;
  collect(file, seen, found);
  std::vector<std::string> misses;
  const std::string text = source_tree::text_of(file);
  for (const auto& [header, words] : uses) {
    if (found.contains(header)) continue;
    for (const std::string& word : words) {
      if (!has_word(text, "std::" + word)) continue;
      misses.push_back(source_tree::place(file, 1) + ": uses std::" + word + " without " + header);
    }
  }
  return misses;
}

TEST_CASE("a file includes what it uses of what is read once for all of them, or a header of this tree does") {
  std::vector<std::string> misses;
  for (const char* folder : {"src", "tests", "examples"}) {
    for (const std::string& file : source_tree::code_in(folder)) {
      if (!file.ends_with(".cpp")) continue;
      for (std::string& miss : misses_in(file)) misses.push_back(std::move(miss));
    }
  }
  source_tree::expect_none(misses);
}

TEST_CASE("whatever is read once for all files is looked for") {
  for (const std::string& line : source_tree::lines_of(".ci/precompiled.h")) {
    if (!line.starts_with("#include ")) continue;
    const std::string header = line.substr(9);
    CAPTURE(header);
    CHECK((uses.contains(header) || not_looked_for.contains(header)));
  }
}

}  // namespace
}  // namespace glassgate
