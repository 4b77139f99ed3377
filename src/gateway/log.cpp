#include "gateway/log.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>

namespace glassgate {
namespace {

// How long the first line waits for others, so that a busy gateway writes often-enough blocks and not single lines.
constexpr Duration company = std::chrono::milliseconds(10);

// How often a file that takes nothing is asked again, and how often in all once the log is to be closed: a reader that
// has stopped reading must not keep the gateway from stopping.
constexpr int writable_poll_ms = 50;
constexpr int max_polls_while_closing = 20;

// Without waiting: open() would wait for the reader of a FIFO. Where there is none yet, the FIFO is opened for both
// directions, and what is written stays in it until somebody reads.
int open_without_waiting(const std::string& path) {
  constexpr int flags = O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK;
  const int fd = ::open(path.c_str(), O_WRONLY | flags, 0640);
  return fd < 0 && errno == ENXIO ? ::open(path.c_str(), O_RDWR | flags, 0640) : fd;
}

bool is_regular_file(int fd) {
  struct stat about {};
  return ::fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
}

}  // namespace

std::string Log::open(const LogConfig& config) {
  level_ = config.level;
  if (!open_file(config.file)) return "cannot open the log file " + config.file + ": " + std::strerror(errno);
  {
    const MutexLock lock(mutex_);
    wanted_path_ = path_;
  }
  thread_ = std::thread(&Log::run, this);
  return "";
}

bool Log::open_file(const std::string& path) {
  const bool is_stream = path == "stdout" || path == "stderr";
  const int fd = is_stream ? -1 : open_without_waiting(path);
  if (fd < 0 && !is_stream) return false;
  if (owns_fd_) ::close(fd_);
  path_ = path;
  owns_fd_ = !is_stream;
  at_line_start_ = true;
  fd_ = fd;
  most_at_once_ = SIZE_MAX;
  if (is_stream) {
    fd_ = path == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
    // Shared with other programs, so it cannot be made non-blocking; but a pipe that can be written to has room for so
    // much.
    if (!is_regular_file(fd_)) most_at_once_ = PIPE_BUF;
  }
  return true;
}

void Log::open_again(const std::string& path) {
  if (open_file(path)) return;
  event(LogLevel::error, "log_reopen_failed", {{"file", path}, {"reason", std::strerror(errno)}});
}

void Log::configure(const LogConfig& config) {
  level_ = config.level;
  {
    const MutexLock lock(mutex_);
    if (wanted_path_ == config.file) return;
    wanted_path_ = config.file;
    reopen_wanted_ = true;
  }
  work_.notify_one();
}

void Log::reopen() {
  {
    const MutexLock lock(mutex_);
    reopen_wanted_ = true;
  }
  work_.notify_one();
}

void Log::close() {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (owns_fd_) ::close(fd_);
  owns_fd_ = false;
}

void Log::write(std::string_view line) {
  bool was_empty = false;
  {
    const MutexLock lock(mutex_);
    if (waiting_.size() + line.size() > max_waiting_bytes) {
      ++dropped_;
      dropped_total_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    was_empty = waiting_.empty();
    waiting_.append(line).push_back('\n');
  }
  if (was_empty) work_.notify_one();
}

void Log::event(LogLevel level, std::string_view event, Details details) {
  if (level < level_.load(std::memory_order_relaxed)) return;
  JsonWriter json;
  json.begin_object().field("time", rfc3339(clock_.wall())).field("level", to_string(level)).field("event", event);
  for (const auto& [name, value] : details) json.field(name, value);
  write(json.end_object().text());
}

void Log::run() {
  pthread_setname_np(pthread_self(), "log");
  std::string lines;
  for (;;) {
    uint64_t dropped = 0;
    bool last = false;
    bool reopen = false;
    std::string path;
    {
      const MutexLock lock(mutex_);
      while (waiting_.empty() && !closing_ && !reopen_wanted_) work_.wait(mutex_);
      if (!closing_) work_.wait_for(mutex_, company);
      lines.clear();
      lines.swap(waiting_);
      dropped = std::exchange(dropped_, 0);
      reopen = std::exchange(reopen_wanted_, false);
      path = wanted_path_;
      last = closing_;
    }
    if (reopen) open_again(path);
    write_out(lines);
    if (dropped > 0) event(LogLevel::warn, "log_lines_dropped", {{"lines", std::to_string(dropped)}});
    if (last && dropped == 0) return;
  }
}

// What cannot be written (a full disk) is lost: there is nowhere left to say so but the counter.
void Log::write_out(std::string_view lines) {
  const bool good = at_line_start_ || end_torn_line();
  while (good && !lines.empty() && wait_until_writable()) {
    const ssize_t n = ::write(fd_, lines.data(), std::min(lines.size(), most_at_once_));
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) break;
    at_line_start_ = lines[static_cast<size_t>(n) - 1] == '\n';
    lines.remove_prefix(static_cast<size_t>(n));
  }
  dropped_total_.fetch_add(static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n')),
                           std::memory_order_relaxed);
}

// A disk that was full in the middle of a line has left a piece of it, to which the next line must not be joined.
bool Log::end_torn_line() {
  at_line_start_ = wait_until_writable() && ::write(fd_, "\n", 1) == 1;
  return at_line_start_;
}

// False when the log is being closed and the file takes nothing.
bool Log::wait_until_writable() {
  for (;;) {
    pollfd entry{fd_, POLLOUT, 0};
    if (::poll(&entry, 1, writable_poll_ms) > 0) return true;
    if (is_closing() && ++polls_while_closing_ > max_polls_while_closing) return false;
  }
}

bool Log::is_closing() {
  const MutexLock lock(mutex_);
  return closing_;
}

}  // namespace glassgate
