// Exercise 02.2 begins here: a gateway whose backend is, by mistake, the gateway itself.
#pragma once

#include "http/message.h"

namespace glassgate::exercises {

// Whether an element of Via says that `glassgate` has received this request before. An element is a protocol, a name
// and perhaps a comment: "1.1 glassgate (edge)". All lines of Via form one list. Names have no case.
inline bool has_passed_here(const http::Fields& fields) {
  return fields.find("glassgate") != nullptr;  // yours: that is the name of a field
}

}  // namespace glassgate::exercises
