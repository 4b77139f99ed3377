#include "base/stack.h"

#include <doctest/doctest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <thread>

namespace glassgate {
namespace {

constexpr size_t deep = 64 * 1024;

// Where a frame of `deep` bytes was, each page of it written to.
[[gnu::noinline]] uintptr_t use_much_stack() {
  volatile char room[deep];
  for (size_t at = 0; at < deep; at += 1024) room[at] = 1;
  return reinterpret_cast<uintptr_t>(&room[0]);
}

// The pages of 32 KiB at and above `from` that are in memory.
size_t pages_in_memory(uintptr_t from) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  std::array<unsigned char, deep / 2 / 4096> there{};
  void* const begin = reinterpret_cast<void*>((from + page - 1) / page * page);
  REQUIRE(mincore(begin, there.size() * page, there.data()) == 0);
  size_t count = 0;
  for (const unsigned char each : there) count += each & 1;
  return count;
}

TEST_CASE("the pages that a deep call has used are given back, and what stands above them is kept") {
  std::thread([] {
    std::array<int, 100> kept{};
    kept.fill(7);
    const uintptr_t below = use_much_stack();
    CHECK(pages_in_memory(below) > 0);
    release_unused_stack();
    CHECK(pages_in_memory(below) == 0);
    for (const int each : kept) CHECK(each == 7);
    CHECK(use_much_stack() == below);  // it can be used again
  }).join();
}

}  // namespace
}  // namespace glassgate
