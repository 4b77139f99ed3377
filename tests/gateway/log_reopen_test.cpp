// The log goes on in another file: after it was moved away, or because the configuration says so.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "gateway/log.h"
#include "support/failing_new.h"
#include "support/fifo.h"
#include "support/json_reader.h"
#include "support/log_lines.h"
#include "support/manual_clock.h"
#include "support/net.h"
#include "support/no_descriptors.h"
#include "support/process.h"

namespace glassgate {
namespace {

using test::eventually;
using test::json_of;
using test::lines_in;
using test::log_to;
using test::TemporaryFile;

TEST_CASE("after reopen() lines go to a new file of the same name, and those before stay in the old one") {
  const TemporaryFile file;
  const TemporaryFile moved;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  log.write("before");
  REQUIRE(eventually([&] { return file.text() == "before\n"; }));
  REQUIRE(::rename(file.path().c_str(), moved.path().c_str()) == 0);
  log.write("between");
  REQUIRE(eventually([&] { return moved.text() == "before\nbetween\n"; }));
  log.reopen();
  REQUIRE(eventually([&] { return ::access(file.path().c_str(), F_OK) == 0; }));
  log.write("after");
  log.close();
  CHECK(file.text() == "after\n");
  CHECK(moved.text() == "before\nbetween\n");
}

TEST_CASE("where reopen() fails, the old file is written on, and says so") {
  const TemporaryFile file;
  const TemporaryFile moved;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  REQUIRE(::rename(file.path().c_str(), moved.path().c_str()) == 0);
  REQUIRE(::symlink("/nonexistent/x", file.path().c_str()) == 0);
  log.reopen();
  REQUIRE(eventually([&] { return moved.text().find("log_reopen_failed") != std::string::npos; }));
  log.write("still here");
  log.close();
  const auto lines = lines_in(moved.text());
  REQUIRE(lines.size() == 2);
  CHECK(json_of(lines[0]).at("file").text == file.path());
  CHECK(json_of(lines[0]).at("level").text == "error");
  CHECK(lines[1] == "still here");
}

TEST_CASE(
    "where reopen() has no descriptor, the old file is written on, and the new one is opened as soon as there is") {
  const TemporaryFile file;
  const TemporaryFile moved;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  REQUIRE(::rename(file.path().c_str(), moved.path().c_str()) == 0);
  {
    const test::NoDescriptors none;
    const test::FailingNew counting("log", test::FailingNew::for_ever);
    log.reopen();
    REQUIRE(eventually([&] { return counting.allocations() > 2; }));  // for the path, its copy, and then the event
  }
  REQUIRE(eventually([&] { return ::access(file.path().c_str(), F_OK) == 0; }));
  log.write("new");
  log.close();
  const auto lines = lines_in(moved.text() + file.text());  // whichever file was open then has the event
  REQUIRE(lines.size() == 2);
  CHECK(json_of(lines[0]).at("reason").text == "Too many open files");
  CHECK(lines[1] == "new");
  CHECK(file.text().ends_with("new\n"));
}

TEST_CASE("whether another file could be opened is told before, and a FIFO's reader sees nothing of it") {
  const TemporaryFile file;
  const test::Fifo fifo;
  CHECK(Log::why_not(log_to(file.path())).empty());
  CHECK(Log::why_not(log_to("stdout")).empty());
  CHECK(Log::why_not(log_to("/")) == "cannot open the log file /: Is a directory");
  CHECK(Log::why_not(log_to("/nonexistent/x")) == "cannot open the log file /nonexistent/x: No such file or directory");
  const int reader = ::open(fifo.path().c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  CHECK(Log::why_not(log_to(fifo.path())).empty());
  pollfd entry{reader, POLLIN, 0};
  CHECK(::poll(&entry, 1, 0) == 0);  // no end
  ::close(reader);
}

TEST_CASE("configure() changes the level from the next event on") {
  const TemporaryFile file;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path(), LogLevel::info)).empty());
  log.event(LogLevel::debug, "left out");
  log.configure(log_to(file.path(), LogLevel::debug));
  log.event(LogLevel::debug, "let through");
  log.configure(log_to(file.path(), LogLevel::error));
  log.event(LogLevel::warn, "left out");
  log.event(LogLevel::error, "let through");
  log.close();
  const auto lines = lines_in(file.text());
  REQUIRE(lines.size() == 2);
  for (const std::string& line : lines) CHECK(json_of(line).at("event").text == "let through");
}

TEST_CASE("configure() with another file: lines go there from then on, and no line is lost or doubled") {
  const TemporaryFile first;
  const TemporaryFile second;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(first.path())).empty());
  std::string expected;
  for (int i = 0; i < 200; ++i) {
    log.write("line " + std::to_string(i));
    expected += "line " + std::to_string(i) + "\n";
    if (i == 50) REQUIRE(eventually([&] { return first.text() == expected; }));
    if (i == 100) log.configure(log_to(second.path()));
  }
  log.close();
  CHECK(first.text() + second.text() == expected);
  CHECK(first.text().size() < expected.size());
  CHECK(second.text().ends_with("line 199\n"));
}

TEST_CASE("after configure() the old file is let go of, and reopen() is about the new one") {
  const TemporaryFile first;
  const TemporaryFile second;
  const TemporaryFile moved;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(first.path())).empty());
  log.configure(log_to(second.path()));
  log.write("one");
  REQUIRE(eventually([&] { return second.text() == "one\n"; }));
  REQUIRE(::unlink(first.path().c_str()) == 0);
  REQUIRE(::rename(second.path().c_str(), moved.path().c_str()) == 0);
  log.reopen();
  REQUIRE(eventually([&] { return ::access(second.path().c_str(), F_OK) == 0; }));
  log.write("two");
  log.close();
  CHECK(second.text() == "two\n");
  CHECK(::access(first.path().c_str(), F_OK) != 0);
}

TEST_CASE("configure() with a file that cannot be opened says so in the one that is, which is written on") {
  const TemporaryFile file;
  const TemporaryFile other;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  log.configure(log_to("/nonexistent/glassgate.log"));
  REQUIRE(eventually([&] { return !file.text().empty(); }));
  log.configure(log_to("/nonexistent/glassgate.log"));  // the same again is no news
  log.write("still here");
  REQUIRE(eventually([&] { return file.text().ends_with("still here\n"); }));
  log.configure(log_to(other.path()));
  log.write("moved on");
  log.close();
  const auto lines = lines_in(file.text());
  REQUIRE(lines.size() == 2);
  CHECK(json_of(lines[0]).at("event").text == "log_reopen_failed");
  CHECK(json_of(lines[0]).at("file").text == "/nonexistent/glassgate.log");
  CHECK(json_of(lines[0]).at("reason").text == "No such file or directory");
  CHECK(other.text() == "moved on\n");
}

}  // namespace
}  // namespace glassgate
