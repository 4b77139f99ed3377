// A deep call, and which of the pages that it has used are still in memory.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

namespace glassgate::test {

inline constexpr size_t deep_bytes = 64 * 1024;

// Where a frame of `deep_bytes` was, of which every page was written to.
[[gnu::noinline]] inline uintptr_t use_much_stack() {
  [[maybe_unused]] volatile char room[deep_bytes];
  for (size_t at = 0; at < deep_bytes; at += 1024) room[at] = 1;
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) - deep_bytes;
}

// Of the lower half of that frame.
inline size_t pages_in_memory(uintptr_t frame) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> there(deep_bytes / 2 / page);
  void* const begin = reinterpret_cast<void*>((frame + page - 1) / page * page);
  if (mincore(begin, there.size() * page, there.data()) != 0) throw std::runtime_error("mincore");
  size_t count = 0;
  for (const unsigned char each : there) count += each & 1;
  return count;
}

}  // namespace glassgate::test
