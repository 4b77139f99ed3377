// What every example does with its steps: a time line for people and, when asked, a trace for programs and a picture.
//
//   NAME [--trace FILE] [--svg FILE]
//
// Guarantee: without an option, the steps go to standard output as an aligned table, each when it happens, so that a
// person in a debugger sees them one by one. --trace writes the same steps as JSON lines, named by the columns. --svg
// writes the picture that the example drew of them. Whatever runs twice writes the same bytes.
// Errors: a bad option ends the program with status 2 and the usage, a file that cannot be written with status 1.
// Thread rule: one thread.
#pragma once

#include <concepts>
#include <cstdint>
#include <fstream>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace glassgate::examples {

struct Column {
  std::string title;
  size_t width = 0;  // of its widest cell; at least the title's
};

// What stands in a table: a number, right-aligned, or a word.
class Cell {
 public:
  Cell(std::integral auto number) : value_(static_cast<int64_t>(number)) {}
  Cell(std::string_view word) : value_(std::string(word)) {}
  Cell(const std::string& word) : value_(word) {}
  Cell(const char* word) : value_(std::string(word)) {}

  bool is_number() const { return std::holds_alternative<int64_t>(value_); }
  int64_t number() const { return std::get<int64_t>(value_); }
  std::string text() const { return is_number() ? std::to_string(number()) : std::get<std::string>(value_); }

 private:
  std::variant<int64_t, std::string> value_;
};

class Example {
 public:
  Example(int argc, char** argv, std::vector<Column> columns);
  Example(const Example&) = delete;
  Example& operator=(const Example&) = delete;

  // One cell a column; those that are left out at the end are empty.
  void step(const std::vector<Cell>& cells);
  // A line between the steps, for people only.
  void say(std::string_view words);
  bool wants_picture() const { return !svg_file_.empty(); }
  // The picture, as its class gives it: see lanes.h and ring.h.
  void draw(std::string_view svg);

 private:
  void print_titles();
  void trace(const std::vector<Cell>& cells);

  std::vector<Column> columns_;
  std::string svg_file_;
  std::ofstream trace_;
  bool titles_due_ = true;
};

}  // namespace glassgate::examples
