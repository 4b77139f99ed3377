#include "base/stack.h"

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace glassgate {
namespace {

// What the calls below this one stand on while it gives pages back.
constexpr uintptr_t kept_bytes = 512;

uintptr_t bottom_of_this_stack() {
  pthread_attr_t attributes;
  void* bottom = nullptr;
  size_t size = 0;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  pthread_attr_getstack(&attributes, &bottom, &size);
  pthread_attr_destroy(&attributes);
  return reinterpret_cast<uintptr_t>(bottom);
}

}  // namespace

void release_unused_stack() {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const uintptr_t end = (here - kept_bytes) / page * page;
  const uintptr_t begin = bottom_of_this_stack();
  if (begin != 0 && begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

}  // namespace glassgate
