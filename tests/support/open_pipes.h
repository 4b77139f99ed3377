// How many ends of pipes this process holds.
#pragma once

#include <cstddef>
#include <filesystem>
#include <system_error>

namespace glassgate::test {

inline size_t open_pipes() {
  size_t ends = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;  // a descriptor that another thread has closed
    if (std::filesystem::read_symlink(entry, gone).string().starts_with("pipe:")) ++ends;
  }
  return ends;
}

}  // namespace glassgate::test
