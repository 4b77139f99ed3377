// Bytes for long bodies: one that is lost, doubled or out of order moves all that is behind it to where it does not
// belong.
#pragma once

#include <cstddef>
#include <string>

namespace glassgate::test {

inline std::string stirred_bytes(size_t count) {
  std::string out(count, '\0');
  for (size_t i = 0; i < count; ++i) out[i] = static_cast<char>(i * 131 + i / 1000);
  return out;
}

}  // namespace glassgate::test
