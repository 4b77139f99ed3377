// File descriptors: how many there may be, and how many connections fit.
#pragma once

#include <cstddef>

namespace glassgate {

// Raises RLIMIT_NOFILE to its hard limit and returns what it is then.
size_t raise_descriptor_limit();

// A proxied connection takes two, and the rest of the program a few.
constexpr size_t connections_that_fit(size_t descriptors) {
  constexpr size_t own = 64;
  return descriptors > own + 2 ? (descriptors - own) / 2 : 1;
}

}  // namespace glassgate
