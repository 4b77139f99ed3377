// Bytes that follow from a number, so that whoever knows the number can tell each of them from any other body's.
//
// Algorithm: the word at position i is the number and i, stirred (splitmix64's last step). A byte that is lost, doubled
// or somebody else's shows in the word that it stands in. Thread rule: one thread an object.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace glassgate::soak {

class Pattern {
 public:
  explicit Pattern(uint64_t number) : number_(number) {}

  // The next n bytes.
  std::string next(size_t n);
  // True when these are the next bytes, which are then behind us.
  bool continues_with(std::string_view bytes);

 private:
  char byte();

  uint64_t number_;
  uint64_t at_ = 0;
  uint64_t word_ = 0;
};

// A number stirred until every bit depends on every other.
uint64_t stir(uint64_t value);

// Two bodies belong to a request: its own and its answer's.
inline Pattern upload_pattern(uint64_t number) {
  return Pattern(number * 2);
}
inline Pattern answer_pattern(uint64_t number) {
  return Pattern(number * 2 + 1);
}

}  // namespace glassgate::soak
