// Exercise 26.2 begins here: in which order parts are stopped, so that none gives work to one that has stopped.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

namespace glassgate::exercises {

struct GivesWork {
  std::string from;
  std::string to;
};

// Empty where there is no such order.
inline std::vector<std::string> stop_order(std::vector<std::string> parts, const std::vector<GivesWork>& arrows) {
  std::sort(parts.begin(), parts.end());  // yours: the alphabet knows nothing of it
  return arrows.empty() ? std::vector<std::string>() : parts;
}

}  // namespace glassgate::exercises
