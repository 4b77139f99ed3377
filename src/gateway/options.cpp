#include "gateway/options.h"

#include <utility>

namespace glassgate {
namespace {

// Takes the arguments one after the other.
class Reader {
 public:
  explicit Reader(std::span<char* const> arguments) : rest_(arguments) {}

  Options read() {
    while (!rest_.empty() && options_.error.empty()) read_one(take());
    if (!options_.headers.empty() && options_.explain.empty()) fail("-H is for --explain");
    return std::move(options_);
  }

 private:
  std::string take() {
    std::string first = rest_.front();
    rest_ = rest_.subspan(1);
    return first;
  }

  void fail(const std::string& error) {
    if (options_.error.empty()) options_.error = error;
  }

  void read_one(const std::string& argument) {
    if (argument == "--check") {
      options_.check = true;
    } else if (argument == "--help" || argument == "-h") {
      options_.help = true;
    } else if (argument == "--version") {
      options_.version = true;
    } else if (argument == "-H") {
      options_.headers.push_back(rest_.empty() ? "" : take());
      if (options_.headers.back().empty()) fail("-H needs a header such as 'X-Version: v2'");
    } else if (!takes_value(argument, "--config", "a file", options_.config_file) &&
               !takes_value(argument, "--explain", "a request such as 'GET /api/users'", options_.explain)) {
      fail("unknown argument: " + argument);
    }
  }

  // --name VALUE or --name=VALUE.
  bool takes_value(const std::string& argument, const std::string& name, const std::string& what, std::string& out) {
    if (argument == name) {
      out = rest_.empty() ? "" : take();
    } else if (argument.starts_with(name + "=")) {
      out = argument.substr(name.size() + 1);
    } else {
      return false;
    }
    if (out.empty()) fail(name + " needs " + what);
    return true;
  }

  std::span<char* const> rest_;
  Options options_;
};

}  // namespace

const std::string_view usage =
    "usage: glassgate [--config FILE] [--check] [--explain REQUEST [-H HEADER]...] [--version] [--help]\n"
    "\n"
    "  --config FILE      the configuration (default: config.yaml in this folder)\n"
    "  --check            check the configuration, print ok or every error in it, and start nothing\n"
    "  --explain REQUEST  say which route and backends 'GET /path' would get, and why not the others\n"
    "  -H HEADER          a header of that request, 'Name: value'; may be repeated\n"
    "  --version          print the version\n"
    "  --help             print this\n"
    "\n"
    "SIGTERM, SIGINT      drain and stop; a second one stops at once\n"
    "SIGHUP               read the configuration again, and reopen the log\n"
    "exit codes           0 clean stop, 1 could not start, 2 bad usage or bad configuration\n";

Options parse_options(std::span<char* const> arguments) {
  return Reader(arguments).read();
}

}  // namespace glassgate
