// What the kernel says of this process. Thread rule: any thread. Source: proc(5), getrlimit(2).
#pragma once

#include <cstdint>
#include <optional>

namespace glassgate {

// nullopt: not to be read, for want of a descriptor perhaps.
struct ProcessFigures {
  double cpu_seconds = 0;  // user and system
  uint64_t most_descriptors = 0;
  std::optional<uint64_t> resident_bytes;
  std::optional<uint64_t> open_descriptors;
  std::optional<uint64_t> threads;
};

ProcessFigures read_process_figures();

}  // namespace glassgate
