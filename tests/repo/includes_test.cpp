// Files are compiled with what most of them include read once (.ci/precompiled.h, tests/precompiled.h), and tests in
// batches: so no compiler says that an include is missing.
#include <doctest/doctest.h>

#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/source_tree.h"

namespace glassgate {
namespace {

struct Use {
  std::string_view word;  // behind std::
  std::string_view header;
};

const std::vector<Use> uses{
    {"atomic", "<atomic>"},
    {"chrono", "<chrono>"},
    {"function", "<functional>"},
    {"map", "<map>"},
    {"unique_ptr", "<memory>"},
    {"make_unique", "<memory>"},
    {"shared_ptr", "<memory>"},
    {"make_shared", "<memory>"},
    {"optional", "<optional>"},
    {"nullopt", "<optional>"},
    {"set", "<set>"},
    {"span", "<span>"},
    {"string", "<string>"},
    {"to_string", "<string>"},
    {"string_view", "<string_view>"},
    {"thread", "<thread>"},
    {"this_thread", "<thread>"},
    {"variant", "<variant>"},
    {"vector", "<vector>"},
    {"min", "<algorithm>"},
    {"max", "<algorithm>"},
    {"sort", "<algorithm>"},
    {"count", "<algorithm>"},
    {"find", "<algorithm>"},
    {"ranges::sort", "<algorithm>"},
    {"ranges::all_of", "<algorithm>"},
};

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

TEST_CASE("a test includes what it uses of what is read once for all of them, or a header of this tree does") {
  std::vector<std::string> misses;
  for (const std::string& file : source_tree::code_in("tests")) {
    if (!file.ends_with("_test.cpp")) continue;
    std::set<std::string> seen;
    std::set<std::string> found;
    collect(file, seen, found);
    const std::string text = source_tree::text_of(file);
    for (const Use& use : uses) {
      if (has_word(text, "std::" + std::string(use.word)) && !found.contains(std::string(use.header))) {
        misses.push_back(source_tree::place(file, 1) + ": uses std::" + std::string(use.word) + " without " +
                         std::string(use.header));
      }
    }
  }
  source_tree::expect_none(misses);
}

}  // namespace
}  // namespace glassgate
