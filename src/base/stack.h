// The part of a thread's stack that is not in use, given back to the kernel.
//
// Problem: a thread that has served a request keeps every page of its stack that the request has touched, also while it
// waits for the next one, which may take an hour.
// Guarantee: afterwards the pages below the caller's frame, but for one at the most, take no memory until they are used
// again. Nothing that is in use is touched.
// Thread rule: any thread, for its own stack.
// Cost: a few microseconds, and a page fault for each page that is used again: for who is about to wait for long.
#pragma once

namespace glassgate {

void release_unused_stack();

}  // namespace glassgate
