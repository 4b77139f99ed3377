// Whether this build has a sanitizer in it. One reserves address space by the terabyte, and ends the program when it
// does not get memory: so some tests of limits are not for it.
#pragma once

#if defined(__has_feature)  // clang's way to say it; g++ defines a word for each
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define GLASSGATE_SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GLASSGATE_SANITIZED
#endif

namespace glassgate::test {

#if defined(GLASSGATE_SANITIZED)
inline constexpr bool is_sanitized = true;
#else
inline constexpr bool is_sanitized = false;
#endif

}  // namespace glassgate::test
