#include "base/stack.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace glassgate {
namespace {

// This function's own frame, and what the calls below it stand on while it gives pages back.
constexpr uintptr_t kept_bytes = 512;

struct Stack {
  void* bottom = nullptr;
  size_t size = 0;
};

// Nothing where it cannot be told.
Stack this_stack() {
  Stack stack;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return stack;
  pthread_attr_getstack(&attributes, &stack.bottom, &stack.size);
  pthread_attr_destroy(&attributes);
  return stack;
}

}  // namespace

// Never a part of its caller: then the frame below which nothing is in use would be the caller's, which may be large.
[[gnu::noinline]] void release_unused_stack() {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const uintptr_t end = (here - kept_bytes) / page * page;
  const Stack stack = this_stack();
  const auto bottom = reinterpret_cast<uintptr_t>(stack.bottom);
  const bool is_here = bottom < end && here - bottom < stack.size;
  if (is_here) madvise(stack.bottom, end - bottom, MADV_DONTNEED);
}

}  // namespace glassgate
