#include "base/eight_bytes.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

namespace glassgate {
namespace {

// Bytes next to the limits that are asked about, where a borrow begins or ends.
constexpr std::array<uint8_t, 12> bytes_of_interest{0, 1, 0x1F, 0x20, 0x21, '"', '\\', 0x7E, 0x7F, 0x80, 0x81, 0xFF};

// Every pair of bytes at every two places of eight others.
template <typename Question, typename Meant>
void check_every_pair(const Question& marks_of, const Meant& is_meant) {
  for (const uint8_t filler : {uint8_t{'a'}, uint8_t{0x80}}) {
    for (size_t places = 0; places < 64; ++places) {
      for (const uint8_t one : bytes_of_interest) {
        for (const uint8_t other : bytes_of_interest) {
          std::array<uint8_t, 8> bytes{};
          bytes.fill(filler);
          bytes[places / 8] = one;
          bytes[places % 8] = other;
          const auto meant = std::find_if(bytes.begin(), bytes.end(), is_meant);
          const uint64_t marks = marks_of(eight_bytes_at(reinterpret_cast<const char*>(bytes.data())));
          const auto expected = static_cast<size_t>(meant - bytes.begin());
          if (bytes_before_mark(marks) != expected) FAIL_CHECK(int{one} << " " << int{other} << " at " << places);
        }
      }
    }
  }
}

TEST_CASE("the lowest mark stands at the first byte below a limit (I1)") {
  for (const uint8_t limit : {uint8_t{1}, uint8_t{0x20}, uint8_t{0x7F}, uint8_t{0x80}}) {
    CAPTURE(int{limit});
    check_every_pair([limit](uint64_t bytes) { return marks_below(bytes, limit); },
                     [limit](uint8_t byte) { return byte < limit; });
  }
}

TEST_CASE("the lowest mark stands at the first byte of a value (I1)") {
  for (const uint8_t value : bytes_of_interest) {
    CAPTURE(int{value});
    check_every_pair([value](uint64_t bytes) { return marks_equal(bytes, value); },
                     [value](uint8_t byte) { return byte == value; });
  }
}

TEST_CASE("the lowest mark stands at the first byte beyond ASCII, and joined marks at the first of either (I1)") {
  check_every_pair(marks_beyond_ascii, [](uint8_t byte) { return byte >= 0x80; });
  check_every_pair([](uint64_t bytes) { return marks_below(bytes, 0x20) | marks_equal(bytes, 0x7F); },
                   [](uint8_t byte) { return byte < 0x20 || byte == 0x7F; });
}

}  // namespace
}  // namespace glassgate
