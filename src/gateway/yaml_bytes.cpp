#include "gateway/yaml_bytes.h"

#include <string>

#include "base/utf8.h"
#include "gateway/yaml.h"

namespace glassgate {
namespace {

bool is_forbidden(std::string_view text, size_t at) {
  if (text[at] == '\r') return text.substr(at + 1, 1) != "\n";
  return text[at] != '\n' && text[at] != '\t' && (static_cast<unsigned char>(text[at]) < 0x20 || text[at] == 0x7F);
}

}  // namespace

std::optional<ConfigError> check_yaml_bytes(std::string_view text) {
  if (text.size() > yaml_limits::bytes) {
    return ConfigError{1, 1, "", "the file is too large; at most " + std::to_string(yaml_limits::bytes) + " bytes"};
  }
  int line = 1;
  int column = 1;
  const auto error = [&](std::string message) { return ConfigError{line, column, "", std::move(message)}; };
  for (size_t at = 0, length = 0; at < text.size(); at += length) {
    length = utf8_length(text, at);
    if (length == 0) return error("found a byte that is no UTF-8, expected text in UTF-8");
    if (is_forbidden(text, at)) return error("found a control character, expected text or line ends");
    if (text[at] == '%' && column == 1)
      return error("found a directive, a line that begins with %; none is known here");
    column += static_cast<int>(length);
    if (text[at] == '\n') {
      ++line;
      column = 1;
    }
  }
  return std::nullopt;
}

}  // namespace glassgate
