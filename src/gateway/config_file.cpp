// The file behind a configuration: how it is read, and how it is named in errors.
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <system_error>

#include "gateway/config.h"
#include "gateway/yaml.h"

namespace glassgate {
namespace {

ConfigFile unreadable(int error) {
  return {"", "cannot be read: " + std::generic_category().message(error)};
}

}  // namespace

std::string describe(const ConfigError& error, std::string_view file) {
  std::string out(file);
  out += ':' + std::to_string(error.line) + ':' + std::to_string(error.column) + ": ";
  if (!error.key.empty()) out += error.key + ": ";
  return out += error.message;
}

ConfigFile read_config_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return unreadable(errno);
  std::string text;
  std::array<char, size_t{64} * 1024> piece{};
  // One byte over the limit is enough for parse_yaml() to refuse it: the file may have no end.
  while (text.size() <= yaml_limits::bytes) {
    const size_t n = std::fread(piece.data(), 1, piece.size(), file.get());
    text.append(piece.data(), n);
    if (n < piece.size()) break;
  }
  if (std::ferror(file.get()) != 0) return unreadable(errno);
  return {std::move(text), ""};
}

ConfigResult parse_config(const ConfigFile& file) {
  if (!file.error.empty()) return {nullptr, {{1, 1, "", file.error}}};
  return parse_config(std::string_view(file.text));
}

}  // namespace glassgate
