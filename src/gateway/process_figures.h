// What the kernel says of this process. Thread rule: any thread. Source: proc(5), getrlimit(2).
#pragma once

#include <cstdint>

namespace glassgate {

struct ProcessFigures {
  double cpu_seconds = 0;  // user and system
  uint64_t resident_bytes = 0;
  uint64_t open_descriptors = 0;
  uint64_t most_descriptors = 0;
  uint64_t threads = 0;
};

ProcessFigures read_process_figures();

}  // namespace glassgate
