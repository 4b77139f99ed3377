#include "base/arena.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <string>
#include <thread>
#include <vector>

#include "support/failing_new.h"

namespace glassgate {
namespace {

struct Piece {
  unsigned char* at;
  size_t size;
};

Piece take(Arena& arena, size_t size, size_t alignment, unsigned char filling) {
  auto* at = static_cast<unsigned char*>(arena.allocate(size, alignment));
  CHECK(reinterpret_cast<uintptr_t>(at) % alignment == 0);
  std::memset(at, filling, size);
  return {at, size};
}

TEST_CASE("pieces do not overlap, are aligned as asked for, and stay where they are (I1)") {
  Arena arena;
  std::vector<Piece> pieces;
  for (unsigned i = 0; i < 300; ++i) {
    const size_t alignment = size_t{1} << (i % 7);
    pieces.push_back(take(arena, i % 100, alignment, static_cast<unsigned char>(i)));
  }
  for (unsigned i = 0; i < pieces.size(); ++i) {
    CAPTURE(i);
    const std::vector<unsigned char> expected(pieces[i].size, static_cast<unsigned char>(i));
    CHECK(std::vector<unsigned char>(pieces[i].at, pieces[i].at + pieces[i].size) == expected);
  }
}

TEST_CASE("a piece that is larger than a block is whole, and what comes behind it, too (I1)") {
  Arena arena;
  const Piece before = take(arena, 10, 1, 'a');
  const Piece large = take(arena, 10 * Arena::block_bytes, 64, 'b');
  const Piece behind = take(arena, 10, 1, 'c');
  CHECK(before.at[9] == 'a');
  CHECK(large.at[0] == 'b');
  CHECK(large.at[large.size - 1] == 'b');
  CHECK(behind.at[0] == 'c');
}

TEST_CASE("a block that was given back is the next one that is taken, whoever takes it") {
  Arena arena;
  const Piece before = take(arena, 100, 8, 'a');
  arena.release();
  unsigned char* of_other_thread = nullptr;
  std::thread([&] {
    Arena other;
    of_other_thread = take(other, 100, 8, 'b').at;
  }).join();
  CHECK(of_other_thread == before.at);
  CHECK(take(arena, 100, 8, 'c').at == before.at);
}

// Allocates a block for each of `arenas`, or finds one in the free list; how many times memory was asked for.
int asked_for(std::vector<Arena>& arenas) {
  test::FailingNew count("", test::FailingNew::for_ever);
  for (Arena& arena : arenas) take(arena, 1, 1, 'a');
  return count.allocations();
}

TEST_CASE("at most max_spare blocks wait in the free list (I2)") {
  std::vector<Arena> arenas(Arena::max_spare + 10);
  asked_for(arenas);
  for (Arena& arena : arenas) arena.release();
  CHECK(asked_for(arenas) == 10);
}

TEST_CASE("the newest piece is room again when it is freed, and any other is not") {
  Arena arena;
  const Piece first = take(arena, 100, 1, 'a');
  const Piece second = take(arena, 100, 1, 'b');
  arena.deallocate(first.at, first.size, 1);
  const Piece third = take(arena, 50, 1, 'c');
  CHECK(third.at == second.at + second.size);
  arena.deallocate(third.at, third.size, 1);
  CHECK(take(arena, 200, 1, 'd').at == third.at);
}

TEST_CASE("strings and vectors live in it") {
  Arena arena;
  std::pmr::string text("twenty-six letters and more", &arena);
  std::pmr::vector<std::pmr::string> list(&arena);
  for (int i = 0; i < 1000; ++i) list.emplace_back(text);
  CHECK(list.size() == 1000);
  CHECK(list.back() == text);
}

}  // namespace
}  // namespace glassgate
