#include "support/source_tree.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace glassgate::source_tree {
namespace fs = std::filesystem;
namespace {

fs::path find_root() {
  for (fs::path folder = fs::current_path();; folder = folder.parent_path()) {
    if (fs::is_regular_file(folder / "Makefile") && fs::is_directory(folder / "src")) return folder;
    if (folder == folder.parent_path()) throw std::runtime_error("run the tests inside the repository");
  }
}

std::vector<std::string> split(const std::string& text, char end) {
  std::vector<std::string> pieces;
  std::istringstream in(text);
  for (std::string piece; std::getline(in, piece, end);) pieces.push_back(piece);
  return pieces;
}

}  // namespace

const fs::path& root() {
  static const fs::path folder = find_root();
  return folder;
}

std::vector<std::string> code_in(std::string_view folder) {
  std::vector<std::string> files;
  if (!fs::is_directory(root() / folder)) return files;
  for (const auto& entry : fs::recursive_directory_iterator(root() / folder)) {
    const fs::path& path = entry.path();
    if (path.extension() == ".h" || path.extension() == ".cpp") {
      files.push_back(path.lexically_relative(root()).generic_string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

bool exists(const std::string& file) {
  return fs::exists(root() / file);
}

std::string text_of(const std::string& file) {
  std::ifstream in(root() / file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& file) {
  return split(text_of(file), '\n');
}

std::optional<std::vector<std::string>> tracked_files() {
  const std::string command = "git -C '" + root().string() + "' ls-files -z 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return std::nullopt;
  std::string names;
  std::array<char, 4096> buffer{};
  for (size_t n = 1; n > 0;) {
    n = fread(buffer.data(), 1, buffer.size(), pipe);
    names.append(buffer.data(), n);
  }
  if (pclose(pipe) != 0) return std::nullopt;
  std::vector<std::string> files = split(names, '\0');
  std::erase_if(files, [](const std::string& file) { return !exists(file); });  // deleted, and not yet committed
  return files;
}

std::string place(const std::string& file, size_t line) {
  return file + ":" + std::to_string(line);
}

void expect_none(const std::vector<std::string>& misses) {
  for (const std::string& miss : misses) FAIL_CHECK(miss);
}

}  // namespace glassgate::source_tree
