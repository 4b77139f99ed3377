// Random bits from the kernel, for identifiers that nobody can guess.
//
// Guarantee: every id is 128 bits from getrandom(2). The bits are fetched for several ids at a time, because a system
// call a request would be felt.
// Thread rule: any thread; each has a small reserve of its own.
#pragma once

#include <array>
#include <string_view>

namespace glassgate {

// 32 lower-case hexadecimal digits, in place: most ids are made only to be copied into a text.
class RandomId {
 public:
  std::string_view text() const { return {digits_.data(), digits_.size()}; }

 private:
  friend RandomId random_id();
  std::array<char, 32> digits_;
};

RandomId random_id();

}  // namespace glassgate
