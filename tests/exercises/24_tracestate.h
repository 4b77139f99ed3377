// Exercise 24.1 begins here: the field that travels beside traceparent, with an entry of one's own.
#pragma once

#include <string>
#include <string_view>

namespace glassgate::exercises {

// `tracestate` is a list: "a=1,b=2", with blanks around its commas, perhaps, and perhaps with empty entries, which are
// dropped. Whoever takes part puts its own entry in front, takes out the one that it had there before, leaves the
// others as they are and in their order, and lets go of the last ones where there would be more than 32.
inline std::string with_entry(std::string_view tracestate, std::string_view key, std::string_view value) {
  std::string out(key);
  return out.append("=").append(value).append(",").append(tracestate);  // yours: only in front is right
}

}  // namespace glassgate::exercises
