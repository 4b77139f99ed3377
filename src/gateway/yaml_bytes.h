// What is looked at of a YAML text before it is read: its bytes.
//
// Problem: the library takes 0x04 for the end of the file, drops lone CRs, passes on any byte, and passes over
// directives, also over a line that a '%' has made one by mistake.
// Guarantee: what passes is at most yaml_limits::bytes of UTF-8 without control characters and directives.
// Thread rule: a pure function.
#pragma once

#include <optional>
#include <string_view>

#include "gateway/config.h"

namespace glassgate {

// The first thing that is wrong.
std::optional<ConfigError> check_yaml_bytes(std::string_view text);

}  // namespace glassgate
