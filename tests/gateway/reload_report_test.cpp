#include "gateway/reload_report.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "support/manual_clock.h"

namespace glassgate {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("what a report says after each thing that happens to a file, along a time line") {
  test::ManualClock clock;
  ReloadHistory history;
  history.note_start(clock.wall());
  const WallTime start = clock.wall();
  CHECK(history.read().succeeded == 0);
  CHECK(history.read().failed == 0);
  CHECK(history.read().last_success == start);
  CHECK(history.read().errors.empty());
  CHECK(history.read().needs_restart.empty());

  clock.advance(std::chrono::seconds(5));
  history.note_failure({"one", "two"});
  CHECK(history.read().failed == 1);
  CHECK(history.read().last_success == start);  // what is in use is still that
  CHECK(history.read().errors == Texts{"one", "two"});

  history.note_failure({"three"});
  CHECK(history.read().failed == 2);
  CHECK(history.read().errors == Texts{"three"});

  clock.advance(std::chrono::seconds(5));
  history.note_success(clock.wall(), {"listen"});
  CHECK(history.read().succeeded == 1);
  CHECK(history.read().failed == 2);
  CHECK(history.read().last_success == start + std::chrono::seconds(10));
  CHECK(history.read().errors.empty());
  CHECK(history.read().needs_restart == Texts{"listen"});

  history.note_failure({"four"});
  CHECK(history.read().needs_restart == Texts{"listen"});  // what is in use still waits for it
  history.note_success(clock.wall(), {});
  CHECK(history.read().needs_restart.empty());
  CHECK(history.read().succeeded == 2);
}

TEST_CASE("a report is one moment's: its parts fit together whoever writes meanwhile") {
  ReloadHistory history;
  std::thread writer([&history] {
    for (int i = 0; i < 2000; ++i) {
      history.note_failure({"a", "b"});
      history.note_success({}, {"c"});
    }
  });
  for (int i = 0; i < 2000; ++i) {
    const ReloadReport report = history.read();
    REQUIRE(report.failed - report.succeeded == report.errors.size() / 2);
  }
  writer.join();
  CHECK(history.read().succeeded == 2000);
}

}  // namespace
}  // namespace glassgate
