#include "gateway/log.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "support/json_reader.h"
#include "support/log_lines.h"
#include "support/manual_clock.h"
#include "support/net.h"
#include "support/process.h"

namespace glassgate {
namespace {

using test::eventually;
using test::json_of;
using test::lines_in;
using test::log_to;
using test::TemporaryFile;

TEST_CASE("lines stand in the file in the order in which they were written") {
  const TemporaryFile file;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    log.write("line " + std::to_string(i));
    expected += "line " + std::to_string(i) + "\n";
  }
  log.close();
  CHECK(file.text() == expected);
  CHECK(log.dropped() == 0);
}

TEST_CASE("lines of many threads are whole, and each thread's are in order") {
  constexpr size_t threads = 4;
  constexpr size_t lines_each = 2000;
  const TemporaryFile file;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  std::vector<std::thread> writers;
  for (size_t t = 0; t < threads; ++t) {
    writers.emplace_back([&log, t] {
      for (size_t i = 0; i < lines_each; ++i) log.write(std::string(1, static_cast<char>('a' + t)) + std::to_string(i));
    });
  }
  for (std::thread& writer : writers) writer.join();
  log.close();
  std::vector<size_t> next(threads, 0);
  const auto lines = lines_in(file.text());
  CHECK(lines.size() == threads * lines_each);
  for (const std::string& line : lines) {
    const auto writer = static_cast<size_t>(line.at(0) - 'a');
    REQUIRE(writer < threads);
    REQUIRE(line.substr(1) == std::to_string(next[writer]++));
  }
}

TEST_CASE("what was written before close() is in the file when it returns (I2)") {
  for (int i = 0; i < 20; ++i) {
    const TemporaryFile file;
    const test::ManualClock clock;
    Log log(clock);
    REQUIRE(log.open(log_to(file.path())).empty());
    log.write("the last word");
    log.close();
    REQUIRE(file.text() == "the last word\n");
  }
}

TEST_CASE("an event is one line of JSON, whatever is in it") {
  const TemporaryFile file;
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  const std::string hostile("a\"b\\c\n\x01\xFF}", 9);
  log.event(LogLevel::warn, "happened", {{"what", hostile}, {"more", ""}, {"times", uint64_t{3}}});
  log.event(LogLevel::debug, "plain");
  log.close();
  const auto lines = lines_in(file.text());
  REQUIRE(lines.size() == 2);
  const test::Json event = json_of(lines[0]);
  CHECK(event.names == std::vector<std::string>{"time", "level", "event", "what", "more", "times"});
  CHECK(event.at("time").text == "2024-02-29T13:00:00.000Z");
  CHECK(event.at("level").text == "warn");
  CHECK(event.at("event").text == "happened");
  CHECK(event.at("what").text == "a\"b\\c\n\x01\xEF\xBF\xBD}");
  CHECK(lines[0].ends_with(R"("more":"","times":3})"));
  CHECK(lines[1] == R"({"time":"2024-02-29T13:00:00.000Z","level":"debug","event":"plain"})");
}

TEST_CASE("an event below the level is left out") {
  const std::vector<LogLevel> levels{LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error};
  for (size_t level = 0; level < levels.size(); ++level) {
    const TemporaryFile file;
    const test::ManualClock clock;
    Log log(clock);
    REQUIRE(log.open(log_to(file.path(), levels[level])).empty());
    for (const LogLevel each : levels) log.event(each, "e");
    log.close();
    CHECK(lines_in(file.text()).size() == levels.size() - level);
  }
}

TEST_CASE("a file is made where there is none, and not for everybody's eyes") {
  const TemporaryFile file;
  REQUIRE(::unlink(file.path().c_str()) == 0);
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  struct stat about {};
  REQUIRE(::stat(file.path().c_str(), &about) == 0);
  CHECK((about.st_mode & 0137) == 0);
}

TEST_CASE("a file is appended to") {
  const TemporaryFile file;
  const test::ManualClock clock;
  for (const char* text : {"one", "two"}) {
    Log log(clock);
    REQUIRE(log.open(log_to(file.path())).empty());
    log.write(text);
    log.close();
  }
  CHECK(file.text() == "one\ntwo\n");
}

TEST_CASE("a piece of a line that another process has left is ended first") {
  const TemporaryFile file;
  const test::ManualClock clock;
  std::ofstream(file.path()) << "one\ntor";
  Log log(clock);
  REQUIRE(log.open(log_to(file.path())).empty());
  log.write("two");
  REQUIRE(eventually([&] { return file.text() == "one\ntor\ntwo\n"; }));
  std::ofstream(file.path(), std::ios::app) << "to";
  log.reopen();
  log.write("three");
  log.close();
  CHECK(file.text() == "one\ntor\ntwo\nto\nthree\n");
}

TEST_CASE("a file that cannot be opened is an error that names it and says why") {
  const test::ManualClock clock;
  for (const char* path : {"/nonexistent/glassgate.log", "/tmp"}) {
    Log log(clock);
    const std::string error = log.open(log_to(path));
    CAPTURE(error);
    CHECK(error.starts_with(std::string("cannot open the log file ") + path + ": "));
    log.write("nobody sees this");  // and nothing breaks
    log.close();
  }
}

TEST_CASE("lines that a full disk did not take are counted, each of them") {
  const test::ManualClock clock;
  Log log(clock);
  REQUIRE(log.open(log_to("/dev/full")).empty());
  for (int i = 0; i < 5; ++i) log.write("x");
  log.close();
  CHECK(log.dropped() == 5);
}

}  // namespace
}  // namespace glassgate
