// Finds the functions of a C++ file and how long they are, without a compiler.
//
// Algorithm: comments, strings and preprocessor lines are blanked; then braces are matched. A brace that opens in a
// namespace or a class is a function's body when parentheses stand before it since the last statement. It relies on the
// layout that clang-format gives: a space before the brace of a body, none before that of an initialiser.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glassgate {

struct FunctionSize {
  std::string name;
  size_t line = 0;   // where its first line is, from 1
  size_t lines = 0;  // from there to its closing brace
};

std::vector<FunctionSize> functions_in(std::string_view source);

}  // namespace glassgate
