// The command line.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace glassgate {

struct Options {
  std::string config_file = "config.yaml";
  bool check = false;
  bool help = false;
  bool version = false;
  std::string explain;               // "GET /path": say what would happen to this request, and start nothing
  std::vector<std::string> headers;  // "Name: value", for explain
  std::string error;                 // not empty: the command line was not understood
};

Options parse_options(std::span<char* const> arguments);  // without the program's name

extern const std::string_view usage;

}  // namespace glassgate
