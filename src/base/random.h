// Random bits from the kernel, for identifiers that nobody can guess.
//
// Guarantee: every id is 128 bits from getrandom(2). The bits are fetched for several ids at a time, because a system
// call a request would be felt.
// Thread rule: any thread; each has a small reserve of its own.
#pragma once

#include <string>

namespace glassgate {

// 32 lower-case hexadecimal digits.
std::string random_id();

}  // namespace glassgate
