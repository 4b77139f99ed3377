// CRC-32 (IEEE 802.3, reflected, polynomial 0xEDB88320), as in zlib, Ethernet and PNG.
//
// It is easily checked by hand. It is linear, so texts that are alike have values that are alike in their distances:
// whoever needs them spread must stir them first (primitives/balance/consistent_hash.h); and it is no protection
// against somebody who chooses keys to collide. Thread rule: a pure function.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace glassgate {

constexpr std::array<uint32_t, 256> make_crc32_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) ? (value >> 1) ^ 0xEDB88320U : value >> 1;
    table[i] = value;
  }
  return table;
}

inline constexpr std::array<uint32_t, 256> crc32_table = make_crc32_table();

constexpr uint32_t crc32(std::string_view bytes) {
  uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) crc = (crc >> 8) ^ crc32_table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
  return crc ^ 0xFFFFFFFFU;
}

static_assert(crc32("123456789") == 0xCBF43926U);

}  // namespace glassgate
