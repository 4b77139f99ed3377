#include "soak/pattern.h"

#include <algorithm>

namespace glassgate::soak {

uint64_t stir(uint64_t value) {
  value += 0x9E3779B97F4A7C15U;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9U;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBU;
  return value ^ (value >> 31);
}

char Pattern::byte() {
  const uint64_t in_word = at_ % 8;
  if (in_word == 0) word_ = stir(number_ * 0xD1342543DE82EF95U + at_ / 8);
  ++at_;
  return static_cast<char>(word_ >> (8 * in_word));
}

std::string Pattern::next(size_t n) {
  std::string out(n, '\0');
  for (char& c : out) c = byte();
  return out;
}

bool Pattern::continues_with(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [this](char c) { return c == byte(); });
}

}  // namespace glassgate::soak
