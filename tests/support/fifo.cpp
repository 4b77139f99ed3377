#include "support/fifo.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "support/net.h"

namespace glassgate::test {

// The name is taken from mkstemp(), which makes sure that nobody else has it.
Fifo::Fifo() : path_("/tmp/glassgate-fifo-XXXXXX") {
  const int fd = ::mkstemp(path_.data());
  if (fd >= 0) ::close(fd);
  ::unlink(path_.c_str());
  if (fd < 0 || ::mkfifo(path_.c_str(), 0600) != 0) throw std::runtime_error("cannot make a FIFO");
}

Fifo::~Fifo() {
  ::unlink(path_.c_str());
}

FifoReader::FifoReader(const Fifo& fifo) : fd_(::open(fifo.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (fd_ < 0) throw std::runtime_error("cannot open a FIFO");
}

size_t FifoReader::waiting() const {
  int bytes = 0;
  ::ioctl(fd_, FIONREAD, &bytes);
  return static_cast<size_t>(bytes);
}

bool FifoReader::read_more() {
  std::array<char, 64 * 1024> buffer;
  const ssize_t n = ::read(fd_, buffer.data(), buffer.size());
  if (n > 0) in_.append(buffer.data(), static_cast<size_t>(n));
  return n > 0;
}

std::string FifoReader::read_until(std::string_view mark) {
  size_t searched = 0;
  size_t found = std::string::npos;
  const bool came = eventually([&] {
    do {
      found = in_.find(mark, searched);
      if (found != std::string::npos) return true;
      searched = in_.size() < mark.size() ? 0 : in_.size() - mark.size();
    } while (read_more());
    return false;
  });
  if (!came) throw TestTimeout("never came: " + std::string(mark));
  std::string out = in_.substr(0, found + mark.size());
  in_.erase(0, out.size());
  return out;
}

void FifoReader::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

}  // namespace glassgate::test
