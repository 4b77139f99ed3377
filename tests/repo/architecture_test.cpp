// The layers of src/, as a test and not as a wish:
//
//   base <- primitives      base <- http      { base, primitives, http } <- gateway <- main.cpp
//
// Every #include in src/ is read. primitives/ and http/ never see each other; nothing sees what stands above it.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <map>
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

struct Include {
  std::string file;
  size_t line = 0;
  std::string what;      // without the quotes or angle brackets
  bool is_ours = false;  // in quotes
};

std::vector<Include> includes_in(const std::string& folder) {
  std::vector<Include> found;
  for (const std::string& file : code_in(folder)) {
    size_t number = 0;
    for (const std::string& line : lines_of(file)) {
      ++number;
      if (!line.starts_with("#include")) continue;
      const size_t open = line.find_first_of("\"<");
      const size_t close = line.find_last_of("\">");
      if (open == std::string::npos || close <= open) continue;
      found.push_back({file, number, line.substr(open + 1, close - open - 1), line[open] == '"'});
    }
  }
  return found;
}

// The folder below src/; main.cpp is a layer of its own.
std::string layer_of(std::string_view path_below_src) {
  const size_t slash = path_below_src.find('/');
  return slash == std::string_view::npos ? "main" : std::string(path_below_src.substr(0, slash));
}

std::string layer_of_file(const std::string& file) {
  return layer_of(std::string_view(file).substr(std::string_view("src/").size()));
}

std::string says(const Include& include, const std::string& why) {
  return place(include.file, include.line) + ": includes " + include.what + ": " + why;
}

const std::map<std::string, std::set<std::string>> allowed_below{
    {"base", {"base"}},
    {"primitives", {"base", "primitives"}},
    {"http", {"base", "http"}},
    {"gateway", {"base", "primitives", "http", "gateway"}},
    {"main", {"base", "gateway"}},
};

TEST_CASE("every include of src/ goes down or stays in its layer") {
  std::vector<std::string> misses;
  size_t edges = 0;
  for (const Include& include : includes_in("src")) {
    if (!include.is_ours) continue;
    ++edges;
    const auto from = allowed_below.find(layer_of_file(include.file));
    if (from == allowed_below.end()) {
      misses.push_back(says(include, "from a folder that is no layer: give it a place in allowed_below"));
    } else if (!from->second.contains(layer_of(include.what))) {
      misses.push_back(says(include, from->first + "/ must not know of it: turn the dependency round"));
    } else if (!exists("src/" + include.what)) {
      misses.push_back(says(include, "there is no such file below src/: includes are written from there"));
    }
  }
  expect_none(misses);
  CHECK(edges > 50);  // otherwise the reader of includes, not the code, is what became small
}

TEST_CASE("primitives know no sockets, HTTP, YAML, threads or files") {
  const std::set<std::string_view> forbidden{"thread",   "mutex",   "condition_variable", "future",  "fstream",
                                             "iostream", "sstream", "filesystem",         "csignal", "ctime"};
  std::vector<std::string> misses;
  for (const Include& include : includes_in("src/primitives")) {
    if (include.is_ours) continue;
    const bool is_standard = include.what.find_first_of("./") == std::string::npos;
    if (is_standard && !forbidden.contains(include.what)) continue;
    misses.push_back(says(include, "a primitive is a pure step; locks are base/mutex.h, time is an argument"));
  }
  expect_none(misses);
}

TEST_CASE("primitives never read a clock: time is an argument") {
  std::vector<std::string> misses;
  for (const std::string& file : code_in("src/primitives")) {
    size_t number = 0;
    for (const std::string& line : lines_of(file)) {
      ++number;
      const bool reads = line.find("::now()") != std::string::npos || line.find("Clock&") != std::string::npos;
      if (reads) misses.push_back(place(file, number) + ": reads a clock: take `now` as an argument");
    }
  }
  expect_none(misses);
}

TEST_CASE("base opens no sockets") {
  const std::set<std::string_view> forbidden{"sys/socket.h", "netdb.h", "poll.h", "sys/epoll.h", "sys/un.h"};
  std::vector<std::string> misses;
  for (const Include& include : includes_in("src/base")) {
    if (forbidden.contains(include.what)) misses.push_back(says(include, "sockets are the http layer's"));
  }
  expect_none(misses);
}

TEST_CASE("yaml-cpp is known to one file") {
  std::set<std::string> files;
  for (const Include& include : includes_in("src")) {
    if (include.what.starts_with("yaml-cpp")) files.insert(include.file);
  }
  CAPTURE(std::vector<std::string>(files.begin(), files.end()).size());
  CHECK(files == std::set<std::string>{"src/gateway/yaml.cpp"});
}

TEST_CASE("cpp-httplib is known to the compatibility header, and that to the listener") {
  const std::string compat = "gateway/httplib_compat.h";
  const std::set<std::string_view> users{"src/gateway/listener.cpp"};
  std::vector<std::string> misses;
  for (const Include& include : includes_in("src")) {
    if (include.what == "httplib.h" && include.file != "src/" + compat) {
      misses.push_back(says(include, "include \"" + compat + "\", where the two releases are made one"));
    }
    if (include.what == compat && !users.contains(include.file)) {
      misses.push_back(says(include, "the library is slow to compile and no part of the data path: keep it out"));
    }
  }
  expect_none(misses);
}

TEST_CASE("the lock annotations are the only macros") {
  std::vector<std::string> misses;
  for (const std::string& file : code_in("src")) {
    if (file == "src/base/mutex.h") continue;
    size_t number = 0;
    for (const std::string& line : lines_of(file)) {
      ++number;
      if (line.starts_with("#define"))
        misses.push_back(place(file, number) + ": a macro: use a constant or a function");
    }
  }
  expect_none(misses);
}

TEST_CASE("every header is included once, by #pragma once") {
  std::vector<std::string> misses;
  for (const std::string& file : code_in("src")) {
    if (!file.ends_with(".h") || text_of(file).find("#pragma once\n") != std::string::npos) continue;
    misses.push_back(place(file, 1) + ": has no #pragma once: put it below the header's comment");
  }
  expect_none(misses);
}

}  // namespace
}  // namespace glassgate
