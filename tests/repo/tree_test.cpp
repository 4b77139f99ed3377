// The tree itself: what lies where, and that tests and contracts keep step with the code.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "support/source_tree.h"

namespace glassgate {
namespace {

using source_tree::code_in;
using source_tree::exists;
using source_tree::expect_none;
using source_tree::lines_of;
using source_tree::place;
using source_tree::text_of;
using source_tree::tracked_files;

bool begins_with_one_of(const std::string& text, const std::vector<std::string>& beginnings) {
  return std::any_of(beginnings.begin(), beginnings.end(),
                     [&](const std::string& beginning) { return text.starts_with(beginning); });
}

std::vector<std::string> test_files() {
  std::vector<std::string> files = code_in("tests");
  std::erase_if(files, [](const std::string& file) { return !file.ends_with("_test.cpp"); });
  return files;
}

// src/http/target.h and src/http/target.cpp are both http/target.
std::set<std::string> modules_of_src() {
  std::set<std::string> modules;
  for (const std::string& file : code_in("src")) modules.insert(file.substr(4, file.rfind('.') - 4));
  return modules;
}

// The module that a test file is about: the longest whose name it begins with. tests/gateway/config_text_test.cpp is
// about gateway/config_text, not gateway/config. Empty: none.
std::string module_of(const std::string& test, const std::set<std::string>& modules) {
  const std::string_view prefix = "tests/";
  std::string name = test.substr(prefix.size(), test.rfind('_') - prefix.size());
  while (!name.empty()) {
    if (modules.contains(name)) return name;
    const size_t underscore = name.rfind('_');
    const size_t slash = name.rfind('/');
    if (underscore == std::string::npos || (slash != std::string::npos && underscore < slash)) return "";
    name.resize(underscore);
  }
  return "";
}

TEST_CASE("the top of the tree holds nothing but what it is meant to hold") {
  const std::set<std::string> allowed{"Makefile", "src",     "tests",     "examples",
                                      "docs",     "LICENSE", "README.md", "config.yaml"};
  const auto tracked = tracked_files();
  if (!tracked) {
    MESSAGE("skipped: this is no git working copy");
    return;
  }
  std::set<std::string> misses;
  for (const std::string& file : *tracked) {
    const std::string top = file.substr(0, file.find('/'));
    if (!top.starts_with('.') && !allowed.contains(top)) misses.insert(top + ": has no place at the top: move it");
  }
  expect_none({misses.begin(), misses.end()});
}

TEST_CASE("no file names a path of the machine it was written on") {
  const auto tracked = tracked_files();
  if (!tracked) {
    MESSAGE("skipped: this is no git working copy");
    return;
  }
  // In two pieces each, so that this file does not name them.
  std::vector<std::string> paths{std::string("/") + "home/", std::string("/") + "Users/", std::string("/") + "work/"};
  const std::string here = source_tree::root().generic_string();
  if (std::count(here.begin(), here.end(), '/') > 1) paths.push_back(here);
  std::vector<std::string> misses;
  for (const std::string& file : *tracked) {
    size_t number = 0;
    for (const std::string& line : lines_of(file)) {
      ++number;
      for (const std::string& path : paths) {
        if (line.find(path) == std::string::npos) continue;
        misses.push_back(place(file, number) + ": names " + path + ": write it relative to the repository");
      }
    }
  }
  expect_none(misses);
}

TEST_CASE("every test mirrors a file of src/") {
  // End-to-end tests, attacks and shortages are about the gateway as a whole; the others are about no single file.
  const std::vector<std::string> free{"tests/gateway/", "tests/hardening/", "tests/starvation/",
                                      "tests/support/", "tests/repo/",      "tests/bench/",
                                      "tests/fuzz/",    "tests/soak/",      "tests/exercises/"};
  const auto modules = modules_of_src();
  std::vector<std::string> misses;
  for (const std::string& test : test_files()) {
    if (begins_with_one_of(test, free) || !module_of(test, modules).empty()) continue;
    misses.push_back(place(test, 1) + ": mirrors no file of src/: name it after the one it tests");
  }
  expect_none(misses);
}

struct Invariant {
  std::string module;
  std::string id;  // I1
  std::string where;
};

std::vector<Invariant> promised_invariants() {
  static const std::regex line_with_invariant(R"(//\s+(I\d+) \S.*)");
  std::vector<Invariant> found;
  for (const std::string& file : code_in("src")) {
    if (!file.ends_with(".h")) continue;
    size_t number = 0;
    for (const std::string& line : lines_of(file)) {
      ++number;
      std::smatch match;
      if (!std::regex_match(line, match, line_with_invariant)) continue;
      found.push_back({file.substr(4, file.rfind('.') - 4), match[1], place(file, number)});
    }
  }
  return found;
}

// A test names an invariant as I3 in a file about its module, and as `connection_pool I3` anywhere else.
bool is_named(const Invariant& invariant, const std::map<std::string, std::string>& tests_of_module,
              const std::string& all_tests) {
  const std::regex alone("\\b" + invariant.id + "\\b");
  const auto own = tests_of_module.find(invariant.module);
  if (own != tests_of_module.end() && std::regex_search(own->second, alone)) return true;
  const std::string name = invariant.module.substr(invariant.module.rfind('/') + 1);
  return std::regex_search(all_tests, std::regex("\\b" + name + " " + invariant.id + "\\b"));
}

TEST_CASE("every invariant that a header promises is named by a test") {
  const auto modules = modules_of_src();
  std::map<std::string, std::string> tests_of_module;
  std::string all_tests;
  for (const std::string& test : test_files()) {
    const std::string text = text_of(test);
    all_tests += text;
    if (const std::string module = module_of(test, modules); !module.empty()) tests_of_module[module] += text;
  }
  std::vector<std::string> misses;
  for (const Invariant& invariant : promised_invariants()) {
    if (is_named(invariant, tests_of_module, all_tests)) continue;
    misses.push_back(invariant.where + ": no test names " + invariant.id + ": prove it in tests/" + invariant.module +
                     "_test.cpp and put (" + invariant.id + ") into the test's name");
  }
  expect_none(misses);
}

TEST_CASE("every file that the README links to exists") {
  static const std::regex link(R"(\]\(([^)#:]+)\))");
  std::vector<std::string> misses;
  size_t number = 0;
  for (const std::string& line : lines_of("README.md")) {
    ++number;
    for (std::sregex_iterator match(line.begin(), line.end(), link); match != std::sregex_iterator(); ++match) {
      const std::string target = (*match)[1];
      if (!exists(target)) misses.push_back(place("README.md", number) + ": there is no " + target + ": mend the link");
    }
  }
  expect_none(misses);
}

TEST_CASE("every breakpoint of make debug stands in a function that exists") {
  static const std::regex breakpoint(R"(break (\w+\.cpp):(\w+))");
  std::vector<std::string> misses;
  size_t number = 0;
  size_t breakpoints = 0;
  for (const std::string& line : lines_of("examples/debug.gdb")) {
    ++number;
    std::smatch match;
    if (!std::regex_match(line, match, breakpoint)) continue;
    ++breakpoints;
    const std::string file = "src/gateway/" + match[1].str();
    const bool is_there = exists(file) && text_of(file).find(match[2].str() + "(") != std::string::npos;
    if (!is_there) misses.push_back(place("examples/debug.gdb", number) + ": there is no such function: rename it");
  }
  expect_none(misses);
  CHECK(breakpoints > 0);
}

}  // namespace
}  // namespace glassgate
