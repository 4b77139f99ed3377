// Whether what went through a gateway is what was said to it.
//
// Property: what leaves for a backend is, for a strict reader, nothing but whole requests (the last one perhaps cut
// short), each with one framing, and each one of the requests that the client sent, in their order: the same method,
// the same body, no byte of a body taken for a request. None that is not idempotent leaves twice. What leaves for the
// client is nothing but whole answers, one for each request, each body one that a backend sent whole; or it is cut in a
// way that the client can see.
#pragma once

#include <vector>

#include "fuzz/scripted_ends.h"

namespace glassgate::fuzz {

// `is_reset`: the client saw its connection end with a reset. Throws Broken.
void check_exchange(const ScriptedEnd& client, const std::vector<ScriptedEnd*>& backends, bool is_reset);

}  // namespace glassgate::fuzz
