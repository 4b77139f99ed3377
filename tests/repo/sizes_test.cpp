// Code that is read in one go: no file and no function of src/ is longer than a person holds in mind.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "support/function_scanner.h"
#include "support/source_tree.h"

namespace glassgate {
namespace {

using source_tree::code_in;
using source_tree::expect_none;
using source_tree::lines_of;
using source_tree::place;
using source_tree::text_of;

constexpr size_t longest_file = 300;
constexpr size_t longest_function = 60;
constexpr size_t longest_request_function = 80;  // proxy(): one request from top to bottom is its point
constexpr size_t usual_function = 40;            // for 95 of 100
constexpr size_t widest_line = 120;

struct Found {
  std::string file;
  FunctionSize function;
};

std::vector<Found> functions_of_src() {
  std::vector<Found> all;
  for (const std::string& file : code_in("src")) {
    for (FunctionSize& function : functions_in(text_of(file))) all.push_back({file, std::move(function)});
  }
  return all;
}

// In characters, not bytes: the bytes that continue a character of UTF-8 do not count.
size_t width(const std::string& line) {
  return static_cast<size_t>(std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

TEST_CASE("every file of src/ is shorter than 300 lines") {
  std::vector<std::string> misses;
  for (const std::string& file : code_in("src")) {
    const size_t lines = lines_of(file).size();
    if (lines >= longest_file) misses.push_back(place(file, lines) + ": " + std::to_string(lines) + " lines: split it");
  }
  expect_none(misses);
}

TEST_CASE("no line of code is wider than 120 characters") {
  std::vector<std::string> misses;
  for (const char* const folder : {"src", "tests", "examples"}) {
    for (const std::string& file : code_in(folder)) {
      size_t number = 0;
      for (const std::string& line : lines_of(file)) {
        ++number;
        if (width(line) > widest_line) misses.push_back(place(file, number) + ": too wide: break the line");
      }
    }
  }
  expect_none(misses);
}

TEST_CASE("no function of src/ is longer than 60 lines, and 95 of 100 are not longer than 40") {
  std::vector<std::string> misses;
  std::vector<size_t> lengths;
  for (const auto& [file, function] : functions_of_src()) {
    lengths.push_back(function.lines);
    const bool is_request = file == "src/gateway/pipeline.cpp" && function.name == "proxy";
    if (function.lines <= (is_request ? longest_request_function : longest_function)) continue;
    misses.push_back(place(file, function.line) + ": " + function.name + "() has " + std::to_string(function.lines) +
                     " lines: give its parts names");
  }
  expect_none(misses);
  REQUIRE(lengths.size() > 100);  // otherwise the scanner, not the code, is what became small
  std::sort(lengths.begin(), lengths.end());
  const size_t percentile_95 = lengths[lengths.size() * 95 / 100];
  CHECK(percentile_95 <= usual_function);
}

TEST_CASE("the scanner finds functions, and nothing else, whatever stands around them") {
  struct Row {
    std::string what;
    std::string source;
    std::vector<std::string> names;
    std::vector<size_t> lengths;
  };
  const std::vector<Row> rows{
      {"a function", "int f() {\n  return 1;\n}\n", {"f"}, {3}},
      {"one line in a class", "class A {\n public:\n  int f() const { return 1; }\n};\n", {"f"}, {1}},
      {"a member", "namespace n {\nvoid A::f(int a,\n       int b) {\n}\n}\n", {"A::f"}, {3}},
      {"a constructor with braces", "A::A(int a) : a_{a}, b_(1) {\n\n}\n", {"A::A"}, {3}},
      {"a destructor", "struct A {\n  ~A() {\n  }\n};\n", {"~A"}, {2}},
      {"blocks inside", "void f() {\n  if (x) {\n    g({1, 2});\n  }\n}\nvoid g() {\n}\n", {"f", "g"}, {5, 2}},
      {"a table", "constexpr std::array<R, 2> rows{{\n  {1, f(2)},\n}};\nint f() {\n}\n", {"f"}, {2}},
      {"a table after =", "const int a[] = {\n  g(1),\n};\n", {}, {}},
      {"an enum", "enum class E { a, b };\n", {}, {}},
      {"a class with a base and a macro", "class CAPABILITY(\"x\") A : public B {\n  int a = f();\n};\n", {}, {}},
      {"a template", "template <typename T>\nT f(T t) {\n  return t;\n}\n", {"f"}, {4}},
      {"braces in strings", "void f() {\n  g(\"}\", '}', R\"(})\"); // }\n}\n", {"f"}, {3}},
      {"digits with separators", "void f() {\n  g(1'000, '{', 2'0);\n}\n", {"f"}, {3}},
      {"macros", "#define F(x) \\\n  void x() { \\\n  }\nvoid f() {\n}\n", {"f"}, {2}},
      {"declarations", "void f();\nstruct A;\nint g(int) = delete;\n", {}, {}},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    std::vector<std::string> names;
    std::vector<size_t> lengths;
    for (const FunctionSize& function : functions_in(row.source)) {
      names.push_back(function.name);
      lengths.push_back(function.lines);
    }
    CHECK(names == row.names);
    CHECK(lengths == row.lengths);
  }
}

}  // namespace
}  // namespace glassgate
