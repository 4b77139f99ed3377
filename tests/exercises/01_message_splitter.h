// Exercise 01.1 begins here: requests that stand one behind the other on a connection.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/body.h"

namespace glassgate::exercises {

struct Split {
  std::vector<std::string> requests;  // whole ones, each with its body, as they stood on the wire
  bool refused = false;               // what comes next has not one reading: nobody knows where it ends
};

// A request at the end that is not whole yet is neither given out nor refused.
inline Split split_requests(std::string_view bytes) {
  Split split;
  if (!bytes.empty()) split.requests.emplace_back(bytes);  // yours: everything is taken for one request
  return split;
}

}  // namespace glassgate::exercises
