// The inputs that are kept, once more, without a fuzzer: what was found once stays mended, with any compiler.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "fuzz/target.h"
#include "support/source_tree.h"

namespace glassgate {
namespace {

namespace fs = std::filesystem;

fs::path corpus() {
  return source_tree::root() / "tests/fuzz/corpus";
}

std::vector<fs::path> inputs_of(std::string_view target) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(corpus() / target)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string bytes_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What is wrong, or "".
std::string run(const fuzz::Target& target, const std::string& input) {
  try {
    target.run(input);
    return "";
  } catch (const std::exception& fault) {
    return fault.what();
  }
}

TEST_CASE("every fuzz target has a corpus, and every corpus a target") {
  std::set<std::string> names;
  for (const fuzz::Target& target : fuzz::targets()) names.emplace(target.name);
  std::set<std::string> folders;
  for (const auto& entry : fs::directory_iterator(corpus())) folders.insert(entry.path().filename().string());
  CHECK(names.size() > 1);
  CHECK(names == folders);
}

TEST_CASE("every property holds for every input of its corpus, for its beginnings, and for nothing at all") {
  for (const fuzz::Target& target : fuzz::targets()) {
    CAPTURE(target.name);
    CHECK(run(target, "") == "");
    for (const fs::path& file : inputs_of(target.name)) {
      CAPTURE(file.filename().string());
      const std::string input = bytes_of(file);
      for (const unsigned part : {4U, 3U, 2U, 1U}) CHECK(run(target, input.substr(0, input.size() / part)) == "");
    }
  }
}

}  // namespace
}  // namespace glassgate
