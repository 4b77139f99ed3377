#include "gateway/options.h"

namespace glassgate {

const std::string_view usage =
    "usage: glassgate [--config FILE] [--check] [--version] [--help]\n"
    "\n"
    "  --config FILE   the configuration (default: config.yaml in this folder)\n"
    "  --check         check the configuration, print ok or every error in it, and start nothing\n"
    "  --version       print the version\n"
    "  --help          print this\n"
    "\n"
    "SIGTERM, SIGINT   drain and stop; a second one stops at once\n"
    "SIGHUP            reopen the log\n"
    "exit codes        0 clean stop, 1 could not start, 2 bad usage or bad configuration\n";

Options parse_options(std::span<char* const> arguments) {
  constexpr std::string_view config_is = "--config=";
  Options options;
  for (size_t i = 0; i < arguments.size() && options.error.empty(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--check") {
      options.check = true;
    } else if (argument == "--help" || argument == "-h") {
      options.help = true;
    } else if (argument == "--version") {
      options.version = true;
    } else if (argument == "--config") {
      options.config_file = i + 1 < arguments.size() ? arguments[++i] : "";
    } else if (argument.starts_with(config_is)) {
      options.config_file = argument.substr(config_is.size());
    } else {
      options.error.append("unknown argument: ").append(argument);
    }
    if (options.config_file.empty()) options.error = "--config needs a file";
  }
  return options;
}

}  // namespace glassgate
