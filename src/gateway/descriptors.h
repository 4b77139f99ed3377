// File descriptors: how many there may be, and how many connections fit.
#pragma once

#include <algorithm>
#include <cstddef>

namespace glassgate {

// Refused clients that may still be reading their answer: see gateway/housekeeper.h. Where there are few descriptors,
// most are for those who are served.
inline constexpr size_t max_refused_sockets = 256;
constexpr size_t refused_that_fit(size_t descriptors) {
  return std::min(max_refused_sockets, descriptors / 8);
}

// Pipes for long answers: see http/pipe.h. Where there are few descriptors, none: the answers are copied.
constexpr size_t pipes_that_fit(size_t descriptors) {
  return descriptors >= 4096 ? 256 : 0;
}

// The soft limit.
size_t descriptor_limit();

// Raises RLIMIT_NOFILE to its hard limit and returns what it is then.
size_t raise_descriptor_limit();

// A proxied connection takes two, and so does a pipe; the rest of the program takes a few, and the refused clients
// theirs. At least 1.
// Pooled connections to backends take what is left over, and are closed when a request needs theirs: see
// gateway/runtime.h.
constexpr size_t connections_that_fit(size_t descriptors) {
  const size_t own = 64 + refused_that_fit(descriptors) + 2 * pipes_that_fit(descriptors);
  return descriptors > own + 2 ? (descriptors - own) / 2 : 1;
}

}  // namespace glassgate
