// Whether this build has a sanitizer in it. One reserves address space by the terabyte, and ends the program when it
// does not get memory: so some tests of limits are not for it.
#pragma once

namespace glassgate::test {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace glassgate::test
