// File descriptors: how many there may be, and how many connections fit.
#pragma once

#include <cstddef>

namespace glassgate {

// Refused clients that may still be reading their answer: see gateway/housekeeper.h.
inline constexpr size_t max_refused_sockets = 256;

// Raises RLIMIT_NOFILE to its hard limit and returns what it is then.
size_t raise_descriptor_limit();

// A proxied connection takes two; the rest of the program takes a few, and the refused clients theirs. At least 1.
// Pooled connections to backends take what is left over, and are closed when a request needs theirs: see
// gateway/upstream_call.cpp.
constexpr size_t connections_that_fit(size_t descriptors) {
  constexpr size_t own = 64 + max_refused_sockets;
  return descriptors > own + 2 ? (descriptors - own) / 2 : 1;
}

}  // namespace glassgate
