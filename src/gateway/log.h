// The log: JSON lines, written by a thread of their own.
//
// Problem: a disk that hangs for a second must not make every request hang for a second.
// Algorithm: lines are appended to a buffer in memory; a thread swaps it for an empty one and writes the full one out.
// It is woken by the first line in an empty buffer, waits a moment for company, and writes what has come together.
// Guarantee: write() never waits for the disk, nor for the reader of a pipe. Lines are written whole and in order.
// Invariants:
//   I1 at most `max_waiting_bytes` wait; lines beyond that are dropped and counted, as are those that the file did not
//      take, and the count is logged when there is room
//   I2 what was written before close() is in the file when close() returns, unless the file takes nothing for a second,
//      or less than all in ten: a pipe or a terminal that nobody reads, or hardly, does not keep the gateway from
//      stopping (but a terminal of another user's, which cannot be opened anew)
// Thread rule: any thread may write.
// Errors: none. A line for which there is no room, no memory or no disk is dropped and counted.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <initializer_list>
#include <string>
#include <string_view>
#include <thread>
#include <variant>

#include "base/clock.h"
#include "base/json.h"
#include "base/mutex.h"
#include "gateway/config.h"

namespace glassgate {

class Log {
 public:
  static constexpr size_t max_waiting_bytes = 8 * 1024 * 1024;
  static constexpr Duration longest_leaving = std::chrono::seconds(10);

  explicit Log(const Clock& clock) : clock_(clock) {}
  ~Log() { close(); }
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  // Empty: open. Otherwise why the file could not be opened.
  std::string open(const LogConfig& config);
  // What open() would say, where it can be told before: for a file that is to be changed to.
  static std::string why_not(const LogConfig& config);
  // Opens the path again: somebody has moved the file away to keep it small.
  void reopen();
  // A reload: another level, or another file. One that cannot be opened is reported in the one that is open.
  void configure(const LogConfig& config);
  // What the file has not taken when `longest` is over is lost.
  void close(Duration longest = longest_leaving);

  // One whole line, without its line end.
  void write(std::string_view line) noexcept;
  // Lines that are missing, because there was no memory to make them.
  void count_dropped(uint64_t lines);

  struct Detail {
    JsonName name;
    std::variant<std::string_view, uint64_t> value;
  };
  using Details = std::initializer_list<Detail>;
  // Something that happened to the gateway: {"time":...,"level":...,"event":...,"detail":...}
  void event(LogLevel level, std::string_view event, Details details = {}) noexcept;
  // A fault of the gateway's own: the event "exception".
  void fault(const std::exception& what) noexcept;

  // Lines that were lost, for want of room or of memory or because the file did not take them.
  uint64_t dropped() const { return dropped_total_.load(std::memory_order_relaxed); }

 private:
  void run();
  struct Turn;
  Turn next_turn(std::string lines);
  uint64_t write_out(std::string_view lines);
  void report_dropped();
  bool append(std::string_view line) REQUIRES(mutex_);
  std::string event_line(LogLevel level, std::string_view event, Details details) const;
  bool end_torn_line();
  bool wait_until_writable();
  bool is_to_be_left() EXCLUDES(mutex_);
  bool open_file(const std::string& path);
  void open_again();

  const Clock& clock_;
  std::atomic<LogLevel> level_{LogLevel::info};
  std::atomic<uint64_t> dropped_total_{0};

  // Used by open(), and then by the writing thread alone.
  std::string path_;
  int fd_ = -1;
  bool owns_fd_ = false;
  size_t most_at_once_ = SIZE_MAX;  // bytes that one write() is given
  bool at_line_start_ = true;
  bool opens_again_ = false;  // it could not open the path that is wanted
  int polls_in_vain_ = 0;     // since something was written
  std::thread thread_;

  Mutex mutex_;
  CondVar work_;
  std::string waiting_ GUARDED_BY(mutex_);
  uint64_t dropped_ GUARDED_BY(mutex_) = 0;  // and not told yet
  bool reopen_wanted_ GUARDED_BY(mutex_) = false;
  std::string wanted_path_ GUARDED_BY(mutex_);
  bool closing_ GUARDED_BY(mutex_) = false;
  TimePoint leave_by_ GUARDED_BY(mutex_){};  // the file, once it is to be closed or changed
};

}  // namespace glassgate
