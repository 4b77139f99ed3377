#include "gateway/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace glassgate {

int open_log_file(const std::string& path) {
  constexpr int flags = O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
  const int fd = ::open(path.c_str(), O_WRONLY | flags, 0640);
  return fd < 0 && errno == ENXIO ? ::open(path.c_str(), O_RDWR | flags, 0640) : fd;
}

int open_terminal(int stream) {
  const std::string path = "/proc/self/fd/" + std::to_string(stream);
  return ::isatty(stream) == 1 ? ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK) : -1;
}

bool is_regular_file(int fd) {
  struct stat about {};
  return ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

bool ends_with_line(int log, const std::string& path) {
  if (!is_regular_file(log)) return true;
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return true;  // not to be read by us
  char last = '\n';
  const off_t size = ::lseek(fd, 0, SEEK_END);
  if (size > 0 && ::pread(fd, &last, 1, size - 1) < 1) last = '\n';
  ::close(fd);
  return last == '\n';
}

}  // namespace glassgate
