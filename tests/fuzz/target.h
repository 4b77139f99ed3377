// What a fuzz target is: a name, and a function that is given any bytes at all.
//
// tests/fuzz/NAME_fuzz.cpp holds the target NAME. `make fuzz` gives each a program in which libFuzzer thinks up the
// bytes; `make test` runs every target over the inputs that are kept in tests/fuzz/corpus/NAME.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace glassgate::fuzz {

// The property does not hold. libFuzzer sees the exception as a crash, doctest as a failure.
struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void expect(bool holds, const std::string& otherwise) {
  if (!holds) throw Broken(otherwise);
}

using Run = void (*)(std::string_view input);

struct Target {
  Target(std::string_view name, Run run);  // adds itself to targets()
  std::string_view name;
  Run run;
};

// All that are linked into this program.
std::vector<Target>& targets();

// What choices a target has to make are the first bytes of its input, one each; 0 where there are none left.
inline unsigned take_choice(std::string_view& input) {
  if (input.empty()) return 0;
  const auto choice = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return choice;
}

// The bytes up to the next `mark`, which is taken off with them, or all there are.
inline std::string_view take_piece(std::string_view& input, char mark) {
  const size_t end = input.find(mark);
  const std::string_view piece = input.substr(0, end);
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  return piece;
}

}  // namespace glassgate::fuzz
