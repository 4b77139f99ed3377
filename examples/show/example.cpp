#include "show/example.h"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <utility>

#include "base/json.h"

namespace glassgate::examples {
namespace {

[[noreturn]] void fail(int status, const std::string& words) {
  std::cerr << words << "\n";
  std::exit(status);
}

std::ofstream open_to_write(const std::string& file) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  if (!out) fail(1, file + ": cannot be written");
  return out;
}

std::string padded(const std::string& text, size_t width, bool to_the_right) {
  const std::string space(width - std::min(width, text.size()), ' ');
  return to_the_right ? space + text : text + space;
}

void print_line(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  std::cout << line << std::endl;  // at once: somebody may be stepping
}

}  // namespace

Example::Example(int argc, char** argv, std::vector<Column> columns) : columns_(std::move(columns)) {
  for (Column& column : columns_) column.width = std::max(column.width, column.title.size());
  for (int i = 1; i < argc; i += 2) {
    const std::string_view option = argv[i];
    if (i + 1 == argc || (option != "--trace" && option != "--svg")) {
      fail(2, "usage: " + std::string(argv[0]) + " [--trace FILE] [--svg FILE]");
    }
    if (option == "--svg") svg_file_ = argv[i + 1];
    if (option == "--trace") trace_ = open_to_write(argv[i + 1]);
  }
}

void Example::step(const std::vector<Cell>& cells) {
  if (titles_due_) print_titles();
  std::string line;
  for (size_t i = 0; i < cells.size(); ++i) {
    line += padded(cells[i].text(), columns_[i].width, cells[i].is_number()) + "  ";
  }
  print_line(line);
  if (trace_.is_open()) trace(cells);
}

void Example::say(std::string_view words) {
  if (!titles_due_) print_line("");
  print_line(std::string(words));
  titles_due_ = true;
}

void Example::draw(std::string_view svg) {
  if (wants_picture() && !(open_to_write(svg_file_) << svg).flush()) fail(1, svg_file_ + ": cannot be written");
}

void Example::print_titles() {
  std::string line;
  for (const Column& column : columns_) line += padded(column.title, column.width, false) + "  ";
  print_line(line);
  titles_due_ = false;
}

void Example::trace(const std::vector<Cell>& cells) {
  JsonWriter json;
  json.begin_object();
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].is_number()) {
      json.any_key(columns_[i].title).value(cells[i].number());
    } else {
      json.any_key(columns_[i].title).value(std::string_view(cells[i].text()));
    }
  }
  json.end_object();
  trace_ << json.text() << std::endl;
  if (!trace_) fail(1, "the trace cannot be written");
}

}  // namespace glassgate::examples
