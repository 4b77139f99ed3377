#include "base/random.h"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <system_error>

namespace glassgate {
namespace {

// The two hexadecimal digits of each byte.
constexpr auto digit_pairs = [] {
  constexpr char digits[] = "0123456789abcdef";
  std::array<std::array<char, 2>, 256> pairs{};
  for (size_t byte = 0; byte < pairs.size(); ++byte) pairs[byte] = {digits[byte >> 4], digits[byte & 15]};
  return pairs;
}();

constexpr size_t id_bytes = 16;
using Id = std::array<uint8_t, id_bytes>;

struct Reserve {
  std::array<Id, 16> ids{};
  size_t left = 0;
};

Id next_id() {
  static thread_local Reserve reserve;
  if (reserve.left == 0) {
    // At most 256 bytes: such a request is never cut short and, once the kernel is seeded, never fails.
    if (getrandom(reserve.ids.data(), sizeof reserve.ids, 0) != static_cast<ssize_t>(sizeof reserve.ids)) {
      throw std::system_error(errno, std::generic_category(), "getrandom");
    }
    reserve.left = reserve.ids.size();
  }
  return reserve.ids[--reserve.left];
}

}  // namespace

RandomId random_id() {
  RandomId out;
  static_assert(sizeof out.digits_ == 2 * id_bytes);
  char* at = out.digits_.data();
  for (const uint8_t byte : next_id()) {
    std::memcpy(at, digit_pairs[byte].data(), 2);
    at += 2;
  }
  return out;
}

}  // namespace glassgate
