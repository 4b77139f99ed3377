#include "gateway/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace glassgate {
namespace {

// How long the first line waits for others, so that a busy gateway writes often-enough blocks and not single lines.
constexpr Duration company = std::chrono::milliseconds(10);

}  // namespace

std::string Log::open(const LogConfig& config) {
  level_ = config.level;
  path_ = config.file;
  if (!open_file()) return "cannot open the log file " + path_ + ": " + std::strerror(errno);
  thread_ = std::thread(&Log::run, this);
  return "";
}

bool Log::open_file() {
  if (path_ == "stdout" || path_ == "stderr") {
    fd_ = path_ == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
    return true;
  }
  const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) return false;
  if (owns_fd_) ::close(fd_);
  fd_ = fd;
  owns_fd_ = true;
  return true;
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
    {
      const MutexLock lock(mutex_);
      while (waiting_.empty() && !closing_ && !reopen_wanted_) work_.wait(mutex_);
      if (!closing_) work_.wait_for(mutex_, company);
      lines.clear();
      lines.swap(waiting_);
      dropped = std::exchange(dropped_, 0);
      reopen = std::exchange(reopen_wanted_, false);
      last = closing_;
    }
    if (reopen && !open_file()) event(LogLevel::error, "log_reopen_failed", {{"file", path_}});
    write_out(lines);
    if (dropped > 0) event(LogLevel::warn, "log_lines_dropped", {{"lines", std::to_string(dropped)}});
    if (last && dropped == 0) return;
  }
}

// A line that cannot be written (a full disk) is lost: there is nowhere left to say so but the counter.
void Log::write_out(const std::string& lines) {
  size_t done = 0;
  while (done < lines.size()) {
    const ssize_t n = ::write(fd_, lines.data() + done, lines.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      dropped_total_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    done += static_cast<size_t>(n);
  }
}

}  // namespace glassgate
