// accept(), made to fail on demand: there is no other way to have the kernel say ENFILE or ENOMEM.
//
// The program's own accept() and accept4() stand in front of the C library's, for cpp-httplib too. They do what the
// kernel does, but for the thread that failures are ordered for: "accept" is the gateway's listener, "admin" its
// admin side.
#pragma once

namespace glassgate::test {

// The next `times` calls on threads of that name fail with `error`. `thread_name` is not copied.
void fail_next_accepts(int error, int times, const char* thread_name = "accept");
// How many of those are still to come.
int accept_failures_left();

}  // namespace glassgate::test
