// Exercise 27.2 begins here: of an input of a thousand bytes that fails, which bytes matter?
#pragma once

#include <functional>
#include <string>

namespace glassgate::exercises {

// A part of `input`, in its order, for which `fails` still holds, and from which no single byte can be taken. Asking
// `fails` is expensive: runs of bytes that do not matter are not taken byte by byte.
inline std::string shrink(std::string input, const std::function<bool(const std::string&)>& /*fails*/) {
  return input;  // yours: nothing was taken away
}

}  // namespace glassgate::exercises
