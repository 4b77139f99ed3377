// Exercise 20.2 begins here: routes that no request will ever take.
#pragma once

#include <cstddef>
#include <vector>

#include "gateway/config.h"

namespace glassgate::exercises {

// The indices of the routes that ask for exactly what an earlier route of the file asks for: host, path and kind of
// match, methods, headers, query. (Methods, headers and parameters may stand in another order.)
inline std::vector<size_t> routes_in_vain(const std::vector<RouteConfig>& /*routes*/) {
  return {};  // yours
}

}  // namespace glassgate::exercises
