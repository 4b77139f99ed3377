#include "base/hash.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate {
namespace {

TEST_CASE("CRC-32 gives the values that everybody else's gives") {
  struct Row {
    std::string bytes;
    uint32_t crc;
  };
  std::string rising;
  for (char c = 0; c < 32; ++c) rising += c;
  for (const Row& row : std::vector<Row>{{"", 0x00000000},
                                         {"a", 0xE8B7BE43},
                                         {"abc", 0x352441C2},
                                         {"123456789", 0xCBF43926},
                                         {"The quick brown fox jumps over the lazy dog", 0x414FA339},
                                         {std::string(32, '\0'), 0x190A55AD},
                                         {std::string(32, '\xFF'), 0xFF6CAB0B},
                                         {rising, 0x91267E8A},
                                         {"plumless", 0x4DDB0C25},
                                         {"buckeroo", 0x4DDB0C25}}) {
    CAPTURE(row.bytes);
    CHECK(crc32(row.bytes) == row.crc);
  }
}

TEST_CASE("it is linear: what differs alike has values that differ alike, wherever it stands (why the ring stirs it)") {
  CHECK((crc32("10.0.0.1#7") ^ crc32("10.0.0.2#7")) == (crc32("10.0.0.1#9") ^ crc32("10.0.0.2#9")));
  CHECK((crc32("10.0.0.1#7") ^ crc32("10.0.0.2#7")) == (crc32("/a/b/c/1#x") ^ crc32("/a/b/c/2#x")));
}

TEST_CASE("two texts of one value keep one value, whatever follows both") {
  for (const std::string tail : {"", "#0", "#149", ".example"}) {
    CAPTURE(tail);
    CHECK(crc32("plumless" + tail) == crc32("buckeroo" + tail));
  }
}

}  // namespace
}  // namespace glassgate
