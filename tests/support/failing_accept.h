// accept(), made to fail on demand: there is no other way to have the kernel say ENFILE or ENOMEM.
//
// The program's own accept() and accept4() stand in front of the C library's, for cpp-httplib too. They do what the kernel
// does, but for threads named "accept" (the gateway's listener) while failures are ordered.
#pragma once

namespace glassgate::test {

// The next `times` calls on a listener's thread fail with `error`.
void fail_next_accepts(int error, int times);
// How many of those are still to come.
int accept_failures_left();

}  // namespace glassgate::test
