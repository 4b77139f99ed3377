// The log into a pipe: readers that come late, stop reading, or go.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include "gateway/log.h"
#include "support/failing_new.h"
#include "support/fifo.h"
#include "support/json_reader.h"
#include "support/log_lines.h"
#include "support/manual_clock.h"
#include "support/net.h"
#include "support/no_descriptors.h"
#include "support/threads.h"

namespace glassgate {
namespace {

using test::eventually;
using test::Fifo;
using test::FifoReader;
using test::log_to;

TEST_CASE("a FIFO that nobody reads keeps neither open() nor write() nor close() waiting (I2)") {
  const Fifo fifo;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(fifo.path())).empty());
  const std::string line(1000, 'x');
  for (int i = 0; i < 500; ++i) log.write(line);
  log.close();
  CHECK(log.dropped() > 0);
  CHECK(log.dropped() < 500);
}

TEST_CASE("a reader that comes late finds what was written before it came") {
  const Fifo fifo;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(fifo.path())).empty());
  log.write("early");
  FifoReader reader(fifo);
  log.write("late");
  CHECK(reader.read_until("late\n") == "early\nlate\n");
}

const std::string report_mark = "\"event\":\"log_lines_dropped\",\"lines\":";

// A pipe holds 64 KiB and the log 8 MiB: what is more has nowhere to go.
TEST_CASE("lines beyond the bound are dropped and counted, and the count is logged when there is room (I1)") {
  const Fifo fifo;
  FifoReader reader(fifo);
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(fifo.path())).empty());
  const std::string line(1023, 'x');
  constexpr size_t lines = 3 * Log::max_waiting_bytes / 1024;  // one bound waits, one is being written
  for (size_t i = 0; i < lines; ++i) log.write(line);
  const uint64_t dropped = log.dropped();
  CHECK(dropped >= lines / 3 - 100);
  CHECK(dropped < lines);

  // Told once, or more often when the log took what was waiting in the middle of the loop above.
  uint64_t told = 0;
  size_t reports = 0;
  size_t written = 0;
  while (told < dropped || written < lines - dropped + reports) {
    const std::string next = reader.read_until("\n");
    ++written;
    const size_t report = next.find(report_mark);
    if (report == std::string::npos) continue;
    told += std::stoull(next.substr(report + report_mark.size()));
    ++reports;
  }
  CHECK(told == dropped);
  CHECK(written == lines - dropped + reports);
  log.write("goes on");
  CHECK(reader.read_until("goes on\n") == "goes on\n");
  CHECK(log.dropped() == dropped);
}

TEST_CASE("a line larger than a pipe arrives whole") {
  const Fifo fifo;
  FifoReader reader(fifo);
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(fifo.path())).empty());
  const std::string large(1000 * 1000, 'x');
  log.write(large);
  CHECK(reader.read_until("\n") == large + "\n");
  CHECK(log.dropped() == 0);
}

TEST_CASE("what is left of a line whose reader went away is ended before the next line") {
  const Fifo fifo;
  const test::ManualClock clock;
  Log log(clock);
  std::string torn;
  {
    FifoReader first(fifo);
    REQUIRE(log.open(log_to(fifo.path())).empty());
    log.write(std::string(1000 * 1000, 'x'));
    REQUIRE(eventually([&] { return first.waiting() >= 64 * 1024; }));
    torn = std::string(first.waiting(), 'x');
  }
  REQUIRE(eventually([&] { return log.dropped() == 1; }));
  FifoReader second(fifo);
  log.write("whole");
  CHECK(second.read_until("whole\n") == torn + "\nwhole\n");
}

TEST_CASE("a pipe that takes nothing is left for another file, and what it did not take is counted") {
  const Fifo stuck;
  const Fifo other;
  const test::ManualClock clock;
  Log log(clock);
  const FifoReader reads_nothing(stuck);
  REQUIRE(log.open(log_to(stuck.path())).empty());
  const std::string line(1000, 'x');
  for (int i = 0; i < 500; ++i) log.write(line);
  REQUIRE(eventually([&] { return reads_nothing.waiting() >= 60 * 1024; }));
  FifoReader reader(other);
  log.configure(log_to(other.path()));
  log.write("moved");
  CHECK(reader.read_until("moved\n").ends_with("moved\n"));
  CHECK(eventually([&] { return log.dropped() > 0; }));
}

TEST_CASE("a pipe that takes nothing is left for another file also where there was no descriptor for it at first") {
  const Fifo stuck;
  const Fifo other;
  const test::ManualClock clock;
  Log log(clock);
  const FifoReader reads_nothing(stuck);
  REQUIRE(log.open(log_to(stuck.path())).empty());
  FifoReader reader(other);
  {
    const test::NoDescriptors none;
    const test::FailingNew counting("log", test::FailingNew::for_ever);
    log.configure(log_to(other.path()));
    REQUIRE(eventually([&] { return counting.allocations() > 2; }));  // for the path, its copy, and then the event
    for (int i = 0; i < 500; ++i) log.write(std::string(1000, 'x'));
    REQUIRE(eventually([&] { return reads_nothing.waiting() >= 60 * 1024; }));
  }
  log.write("moved");
  CHECK(reader.read_until("moved\n").ends_with("moved\n"));
}

// As a program whose standard output is piped into another one sees it.
TEST_CASE("a pipe on standard error is written to in pieces that it has room for") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  const int standard_error = ::dup(STDERR_FILENO);
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(::dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
  const std::string error = log.open(log_to("stderr"));
  const std::string line(1000 * 1000, 'x');
  log.write(line);
  std::string all;
  std::vector<char> buffer(1000);
  while (!all.ends_with('\n')) {
    const ssize_t n = ::read(ends[0], buffer.data(), buffer.size());
    if (n <= 0) break;
    all.append(buffer.data(), static_cast<size_t>(n));
  }
  for (int i = 0; i < 200; ++i) log.write(std::string(1000, 'y'));
  log.close();  // nobody reads any more, and this pipe blocks who writes more than fits
  ::dup2(standard_error, STDERR_FILENO);
  for (const int fd : {standard_error, ends[0], ends[1]}) ::close(fd);
  CHECK(error.empty());
  CHECK(all == line + "\n");
  CHECK(log.dropped() > 0);
}

// Of a terminal, poll() says that it can be written to as soon as it has room for a byte.
TEST_CASE("a terminal that nobody reads keeps neither write() nor close() waiting (I2)") {
  const int reading_end = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(reading_end >= 0);
  REQUIRE(::unlockpt(reading_end) == 0);
  const int terminal = ::open(::ptsname(reading_end), O_RDWR | O_NOCTTY | O_CLOEXEC);
  REQUIRE(terminal >= 0);
  const int standard_error = ::dup(STDERR_FILENO);
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(::dup2(terminal, STDERR_FILENO) == STDERR_FILENO);
  const std::string error = log.open(log_to("stderr"));
  for (int i = 0; i < 500; ++i) log.write(std::string(1000, 'x'));
  std::atomic<bool> closed{false};
  test::Threads closing;
  closing.start([&] {
    log.close();
    closed = true;
  });
  const bool closed_by_itself = eventually([&] { return closed.load(); });
  const bool is_shared_one_blocking = (::fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) == 0;
  ::dup2(standard_error, STDERR_FILENO);
  for (const int fd : {standard_error, terminal, reading_end}) ::close(fd);  // which ends a write that waits
  closing.join();
  CHECK(error.empty());
  CHECK(closed_by_itself);
  CHECK(log.dropped() > 0);
  CHECK(is_shared_one_blocking);  // as other programs have it
}

// Fills the log with more than a pipe holds, and reads it a piece after each pause while it is closed. True: all came.
bool reads_all(Duration pause, size_t piece, Duration longest) {
  const Fifo fifo;
  FifoReader reader(fifo);
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(fifo.path())).empty());
  constexpr size_t lines = 25 * 64;  // a pipe holds 64
  for (size_t i = 0; i < lines; ++i) log.write(std::string(1023, 'x'));
  std::atomic<bool> closed{false};
  test::Threads closing;
  closing.start([&] {
    log.close(longest);
    closed = true;
  });
  for (size_t read = 0; read < lines && !closed; read += piece) {
    std::this_thread::sleep_for(pause);  // what being slow is
    for (size_t i = 0; i < piece; ++i) reader.read_until("\n");
  }
  closing.join();
  return log.dropped() == 0;
}

// As many pauses as would be too long in a row.
TEST_CASE("a reader that is slow, but reads, gets all lines before close() returns (I2)") {
  CHECK(reads_all(std::chrono::milliseconds(60), 64, std::chrono::seconds(60)));
}

TEST_CASE("a reader that drips does not keep close() waiting for longer than it may (I2)") {
  CHECK_FALSE(reads_all(std::chrono::milliseconds(5), 1, std::chrono::milliseconds(300)));
}

}  // namespace
}  // namespace glassgate
