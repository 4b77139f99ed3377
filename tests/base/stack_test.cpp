#include "base/stack.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdint>
#include <thread>

#include "support/deep_stack.h"

namespace glassgate {
namespace {

using test::pages_in_memory;
using test::use_much_stack;

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
