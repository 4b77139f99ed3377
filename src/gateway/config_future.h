// Keys that are read and checked, but that nothing acts on yet.
//
// Problem: a limit that stands in the file and limits nothing is worse than an error.
// Guarantee: whoever starts the gateway, or checks a file, is told about every such key that the file sets.
// Thread rule: a pure function.
#pragma once

#include <string>
#include <vector>

#include "gateway/config.h"

namespace glassgate {

// Dotted, in the order of the file: "rate_limit", "upstreams.users.health".
std::vector<std::string> keys_without_effect(const Config& config);

}  // namespace glassgate
