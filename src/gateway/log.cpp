#include "gateway/log.h"

#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>
#include <new>
#include <utility>

#include "base/resource_errors.h"
#include "gateway/log_file.h"

namespace glassgate {
namespace {

// How long the first line waits for others, so that a busy gateway writes often-enough blocks and not single lines.
constexpr Duration company = std::chrono::milliseconds(10);

constexpr Duration until_woken = std::chrono::hours(24);
constexpr Duration until_opened_again = std::chrono::seconds(1);

// How often a file that takes nothing is asked again, and how often in a row where it may be left: a reader that has
// stopped reading must not keep the gateway from stopping.
constexpr int writable_poll_ms = 50;
constexpr int most_polls_in_vain = 20;

bool is_stream(const std::string& path) {
  return path == "stdout" || path == "stderr";
}

std::string why_not_opened(const std::string& path, int error) {
  return "cannot open the log file " + path + ": " + std::strerror(error);
}

}  // namespace

// A FIFO is not tried: its reader would take it for the end. A want of descriptors says nothing of the file.
std::string Log::why_not(const LogConfig& config) {
  struct stat about {};
  const bool is_fifo = ::stat(config.file.c_str(), &about) == 0 && S_ISFIFO(about.st_mode);
  if (is_fifo || is_stream(config.file)) return "";
  const int fd = open_log_file(config.file);
  const int error = errno;
  if (fd >= 0) ::close(fd);
  return fd >= 0 || is_out_of_resources(error) ? "" : why_not_opened(config.file, error);
}

std::string Log::open(const LogConfig& config) {
  level_ = config.level;
  if (!open_file(config.file)) return why_not_opened(config.file, errno);
  {
    const MutexLock lock(mutex_);
    wanted_path_ = path_;
  }
  thread_ = std::thread(&Log::run, this);
  return "";
}

bool Log::open_file(const std::string& path) {
  std::string copy = path;  // first: behind close() nothing may fail, or lines would go to whoever gets the number next
  const bool is_file = !is_stream(path);
  const int stream = path == "stdout" ? STDOUT_FILENO : STDERR_FILENO;
  const int fd = is_file ? open_log_file(path) : open_terminal(stream);
  if (fd < 0 && is_file) return false;
  if (owns_fd_) ::close(fd_);
  path_.swap(copy);
  polls_in_vain_ = 0;
  owns_fd_ = fd >= 0;
  at_line_start_ = !is_file || ends_with_line(fd, path_);
  fd_ = owns_fd_ ? fd : stream;
  // What is shared with other programs cannot be made non-blocking; but a pipe that can be written to has room for so
  // much.
  most_at_once_ = owns_fd_ || is_regular_file(fd_) ? SIZE_MAX : PIPE_BUF;
  return true;
}

// For want of a descriptor it is tried again, with each turn, and told once.
void Log::open_again() {
  std::string path;
  try {
    {
      const MutexLock lock(mutex_);
      path = wanted_path_;
    }
    if (open_file(path)) {
      opens_again_ = false;
      return;
    }
  } catch (const std::bad_alloc&) {
    errno = ENOMEM;
  }
  const int error = errno;
  const bool was_told = std::exchange(opens_again_, is_out_of_resources(error));
  if (was_told && opens_again_) return;
  event(LogLevel::error, "log_reopen_failed", {{"file", path}, {"reason", std::strerror(error)}});
}

void Log::configure(const LogConfig& config) {
  level_ = config.level;
  {
    const MutexLock lock(mutex_);
    if (wanted_path_ == config.file) return;
    wanted_path_ = config.file;
  }
  reopen();
}

void Log::reopen() {
  {
    const MutexLock lock(mutex_);
    reopen_wanted_ = true;
    leave_by_ = std::chrono::steady_clock::now() + longest_leaving;
  }
  work_.notify_one();
}

void Log::close(Duration longest) {
  {
    const MutexLock lock(mutex_);
    closing_ = true;
    leave_by_ = std::chrono::steady_clock::now() + longest;
  }
  work_.notify_one();
  if (thread_.joinable()) thread_.join();
  if (owns_fd_) ::close(fd_);
  owns_fd_ = false;
}

void Log::write(std::string_view line) noexcept {
  bool was_empty = false;
  {
    const MutexLock lock(mutex_);
    was_empty = waiting_.empty();
    if (!append(line)) {
      ++dropped_;
      dropped_total_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
  }
  if (was_empty) work_.notify_one();
}

// All of it or nothing.
bool Log::append(std::string_view line) {
  const size_t before = waiting_.size();
  if (before + line.size() > max_waiting_bytes) return false;
  try {
    waiting_.append(line).push_back('\n');
    return true;
  } catch (const std::bad_alloc&) {
    waiting_.resize(before);
    return false;
  }
}

std::string Log::event_line(LogLevel level, std::string_view event, Details details) const {
  JsonWriter json;
  json.begin_object().field("time", clock_.wall()).field("level", to_string(level)).field("event", event);
  for (const Detail& detail : details) {
    std::visit([&](const auto& value) { json.field(detail.name, value); }, detail.value);
  }
  return json.end_object().str();
}

void Log::event(LogLevel level, std::string_view event, Details details) noexcept {
  if (level < level_.load(std::memory_order_relaxed)) return;
  try {
    write(event_line(level, event, details));
  } catch (const std::exception&) {
    count_dropped(1);
  }
}

void Log::fault(const std::exception& what) noexcept {
  event(LogLevel::error, "exception", {{"what", what.what()}});
}

void Log::count_dropped(uint64_t lines) {
  dropped_total_.fetch_add(lines, std::memory_order_relaxed);
  const MutexLock lock(mutex_);
  dropped_ += lines;
}

// What the writing thread has to do next.
struct Log::Turn {
  std::string lines;
  bool reopen = false;
  bool last = false;
};

// `lines`: an empty one, whose memory is used again.
Log::Turn Log::next_turn(std::string lines) {
  Turn turn{std::move(lines)};
  const MutexLock lock(mutex_);
  const Duration most = opens_again_ ? until_opened_again : until_woken;
  while (waiting_.empty() && !closing_ && !reopen_wanted_ && work_.wait_for(mutex_, most)) continue;
  if (!closing_) work_.wait_for(mutex_, company);
  turn.lines.swap(waiting_);
  turn.reopen = std::exchange(reopen_wanted_, false) || opens_again_;
  turn.last = closing_;
  return turn;
}

void Log::run() {
  pthread_setname_np(pthread_self(), "log");
  Turn turn;
  do {
    turn.lines.clear();
    turn = next_turn(std::move(turn.lines));
    if (turn.reopen) open_again();
    const uint64_t lost = write_out(turn.lines);
    if (lost > 0) count_dropped(lost);
    if (lost == 0) report_dropped();
  } while (!turn.last);
}

// Straight into the file, which has just taken something. What it does not take of this is told the next time.
void Log::report_dropped() {
  uint64_t dropped = 0;
  {
    const MutexLock lock(mutex_);
    dropped = std::exchange(dropped_, 0);
  }
  if (dropped == 0 || level_.load(std::memory_order_relaxed) > LogLevel::warn) return;
  bool told = false;
  try {
    told = write_out(event_line(LogLevel::warn, "log_lines_dropped", {{"lines", dropped}}) + "\n") == 0;
  } catch (const std::exception&) {  // no memory for the line
  }
  const MutexLock lock(mutex_);
  if (!told) dropped_ += dropped;
}

// The number of lines that the file did not take: a full disk, say.
uint64_t Log::write_out(std::string_view lines) {
  const bool good = at_line_start_ || end_torn_line();
  while (good && !lines.empty() && wait_until_writable()) {
    const ssize_t n = ::write(fd_, lines.data(), std::min(lines.size(), most_at_once_));
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n <= 0) break;
    polls_in_vain_ = 0;
    at_line_start_ = lines[static_cast<size_t>(n) - 1] == '\n';
    lines.remove_prefix(static_cast<size_t>(n));
  }
  return static_cast<uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
}

// What was left of a line, by a full disk or a process that was killed, must not be joined to the next one.
bool Log::end_torn_line() {
  at_line_start_ = wait_until_writable() && ::write(fd_, "\n", 1) == 1;
  return at_line_start_;
}

// False when the file is to be left.
bool Log::wait_until_writable() {
  while (!is_to_be_left()) {
    pollfd entry{fd_, POLLOUT, 0};
    if (::poll(&entry, 1, writable_poll_ms) > 0) return true;
    ++polls_in_vain_;
  }
  return false;
}

// When it takes nothing, or too little, and the log is being closed or has another one to go on with. (Where that one
// could not be opened yet, this one may go on for long.)
bool Log::is_to_be_left() {
  const MutexLock lock(mutex_);
  const bool is_other_wanted = wanted_path_ != path_;
  const bool is_leaving = closing_ || (reopen_wanted_ && is_other_wanted);
  if (is_leaving && std::chrono::steady_clock::now() >= leave_by_) return true;
  return (is_leaving || (opens_again_ && is_other_wanted)) && polls_in_vain_ > most_polls_in_vain;
}

}  // namespace glassgate
