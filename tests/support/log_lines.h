// The log in a file of a test's, and what stands in it.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

#include "gateway/config.h"

namespace glassgate::test {

inline LogConfig log_to(const std::string& path, LogLevel level = LogLevel::debug) {
  return {level, true, path};
}

// Whole ones: a piece at the end is a failure.
inline std::vector<std::string> lines_in(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    REQUIRE(end != std::string_view::npos);
    out.emplace_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace glassgate::test
