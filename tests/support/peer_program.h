// A program in another language that plays a peer: a script of ours, run by an interpreter that this machine may have.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "support/net.h"
#include "support/process.h"
#include "support/source_tree.h"

namespace glassgate::test {

// Where `name` is in $PATH, or nothing.
inline std::optional<std::string> program_in_path(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::error_code error;
    if (std::filesystem::is_regular_file(folder + "/" + name, error)) return folder + "/" + name;
  }
  return std::nullopt;
}

struct Interpreter {
  std::string program;
  std::string extension;  // of its scripts
};

// Those that are there.
inline std::vector<Interpreter> interpreters() {
  std::vector<Interpreter> found;
  if (const auto python = program_in_path("python3")) found.push_back({*python, ".py"});
  if (const auto node = program_in_path("node")) found.push_back({*node, ".js"});
  return found;
}

class PeerProgram {
 public:
  // `script` as in the repository, without its extension.
  PeerProgram(const Interpreter& by, const std::string& script, const std::vector<std::string>& arguments = {})
      : process_(command(by, script, arguments)) {}

  Process& process() { return process_; }

  // Its whole lines so far.
  std::vector<std::string> lines() const {
    std::vector<std::string> out;
    std::istringstream text(process_.out());
    for (std::string line; std::getline(text, line) && !text.eof();) out.push_back(line);
    return out;
  }
  // Waits until there are n. Throws, with what the program says, when they do not come.
  std::vector<std::string> wait_for_lines(size_t n) {
    if (!eventually([&] { return lines().size() >= n || process_.has_ended(); }) || lines().size() < n) {
      throw TestTimeout("the peer wrote " + std::to_string(lines().size()) + " lines, and: " + process_.err());
    }
    return lines();
  }

 private:
  static std::vector<std::string> command(const Interpreter& by, const std::string& script,
                                          const std::vector<std::string>& arguments) {
    std::vector<std::string> out{by.program, (source_tree::root() / (script + by.extension)).string()};
    out.insert(out.end(), arguments.begin(), arguments.end());
    return out;
  }

  Process process_;
};

}  // namespace glassgate::test
