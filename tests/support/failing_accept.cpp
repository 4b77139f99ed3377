#include "support/failing_accept.h"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <string_view>

namespace {

std::atomic<int> ordered_error{0};
std::atomic<int> failures_left{0};
std::atomic<const char*> failing_thread{"accept"};

bool is_failing_thread() {
  char name[16] = "";
  pthread_getname_np(pthread_self(), name, sizeof name);
  return std::string_view(name) == failing_thread.load();
}

int accept_or_fail(int fd, sockaddr* address, socklen_t* size, int flags) {
  if (failures_left > 0 && is_failing_thread()) {
    --failures_left;
    errno = ordered_error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_accept4, fd, address, size, flags));
}

}  // namespace

extern "C" int accept(int fd, sockaddr* address, socklen_t* size) {
  return accept_or_fail(fd, address, size, 0);
}

extern "C" int accept4(int fd, sockaddr* address, socklen_t* size, int flags) {
  return accept_or_fail(fd, address, size, flags);
}

namespace glassgate::test {

void fail_next_accepts(int error, int times, const char* thread_name) {
  failing_thread = thread_name;
  ordered_error = error;
  failures_left = times;
}

int accept_failures_left() {
  return failures_left;
}

}  // namespace glassgate::test
