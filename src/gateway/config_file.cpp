// The file behind a configuration: how it is read, and how it is named in errors.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "base/resource_errors.h"
#include "gateway/config.h"
#include "gateway/yaml.h"

namespace glassgate {
namespace {

struct Descriptor {
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
  const int fd;
};

ConfigFile unreadable(std::string_view why) {
  return {.text = "", .error = std::string("cannot be read: ").append(why)};
}

ConfigFile unreadable(int error) {
  ConfigFile out = unreadable(std::generic_category().message(error));
  out.lacks_resources = is_out_of_resources(error);
  return out;
}

}  // namespace

std::string describe(const ConfigError& error, std::string_view file) {
  std::string out(file);
  out += ':' + std::to_string(error.line) + ':' + std::to_string(error.column) + ": ";
  if (!error.key.empty()) out += error.key + ": ";
  return out += error.message;
}

// Without waiting: whoever opens a FIFO waits for its writer, and the gateway could not be stopped meanwhile.
ConfigFile read_config_file(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)};
  struct stat about {};
  if (file.fd < 0 || ::fstat(file.fd, &about) != 0) return unreadable(errno);
  if (S_ISFIFO(about.st_mode)) return unreadable("a pipe can be read only once; expected a file");
  std::string text;
  std::array<char, size_t{64} * 1024> piece{};
  // One byte over the limit is enough for parse_yaml() to refuse it: the file may have no end.
  while (text.size() <= yaml_limits::bytes) {
    const ssize_t n = ::read(file.fd, piece.data(), piece.size());
    if (n < 0) return unreadable(errno);
    if (n == 0) break;
    text.append(piece.data(), static_cast<size_t>(n));
  }
  return {.text = std::move(text), .error = ""};
}

ConfigResult parse_config(const ConfigFile& file) {
  if (!file.error.empty()) return {nullptr, {{1, 1, "", file.error}}};
  return parse_config(std::string_view(file.text));
}

}  // namespace glassgate
