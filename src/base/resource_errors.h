// Whether a system call failed for want of something that this process, or its machine, has run out of: a verdict on
// ourselves, and none on the file or the peer that was asked for.
#pragma once

#include <cerrno>

namespace glassgate {

inline bool is_out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS;
}

}  // namespace glassgate
