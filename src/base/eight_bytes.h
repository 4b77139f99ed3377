// Eight bytes looked at in one step, in one register of the processor.
//
// Problem: every byte of a header field and of a log line is asked whether it is a plain one, and nearly all are.
// Algorithm: SWAR (SIMD within a register; Lamport, "Multiple byte processing with full-word instructions", 1975). A
// subtraction from all eight at once borrows into the top bit of those that are too small.
// Invariants:
//   I1 the lowest mark stands at the first byte that is meant, and where none is meant there is no mark. Behind the
//      first one, marks may stand where they should not: a borrow has gone on
// Thread rule: pure functions.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace glassgate {

// The byte at `at` is the lowest one.
inline uint64_t eight_bytes_at(const char* at) {
  static_assert(std::endian::native == std::endian::little);
  uint64_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

constexpr uint64_t eight_times(uint8_t byte) {
  return byte * UINT64_C(0x0101010101010101);
}

// A mark is the top bit of a byte. `limit` is at most 0x80.
constexpr uint64_t marks_below(uint64_t bytes, uint8_t limit) {
  return (bytes - eight_times(limit)) & ~bytes & eight_times(0x80);
}

constexpr uint64_t marks_equal(uint64_t bytes, uint8_t byte) {
  return marks_below(bytes ^ eight_times(byte), 1);
}

constexpr uint64_t marks_beyond_ascii(uint64_t bytes) {
  return bytes & eight_times(0x80);
}

// 8 where there is none.
constexpr size_t bytes_before_mark(uint64_t marks) {
  return static_cast<size_t>(std::countr_zero(marks)) / 8;
}

}  // namespace glassgate
