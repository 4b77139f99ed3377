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

struct Range {
  uintptr_t begin = 0;
  uintptr_t end = 0;
};

// Nothing where it cannot be told.
Range this_stack() {
  pthread_attr_t attributes;
  void* bottom = nullptr;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return {};
  pthread_attr_getstack(&attributes, &bottom, &size);
  pthread_attr_destroy(&attributes);
  const auto begin = reinterpret_cast<uintptr_t>(bottom);
  return {begin, begin + size};
}

}  // namespace

// Never a part of its caller: then the frame below which nothing is in use would be the caller's, which may be large.
[[gnu::noinline]] void release_unused_stack() {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const uintptr_t end = (here - kept_bytes) / page * page;
  const Range stack = this_stack();
  if (stack.begin >= end || here >= stack.end) return;
  madvise(reinterpret_cast<void*>(stack.begin), end - stack.begin, MADV_DONTNEED);
}

}  // namespace glassgate
