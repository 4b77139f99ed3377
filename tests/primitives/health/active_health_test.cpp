#include "primitives/health/active_health.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate {
namespace {

// The state after each probe: '+' a probe that succeeds, '-' one that fails; H healthy, u unhealthy.
std::string states(ActiveHealth& health, const std::string& probes, const ActiveThresholds& thresholds) {
  std::string out;
  for (const char probe : probes) {
    health.record(probe == '+', thresholds);
    out += health.healthy() ? 'H' : 'u';
  }
  return out;
}

TEST_CASE("the state changes after so many equal results in a row, and not before") {
  struct Row {
    std::string what;
    ActiveThresholds thresholds;
    std::string probes;
    std::string states;
  };
  for (const Row& row : std::vector<Row>{{"well all the time", {3, 2}, "+++++", "HHHHH"},
                                         {"down", {3, 2}, "---", "HHu"},
                                         {"down and up", {3, 2}, "---++", "HHuuH"},
                                         {"down for long, and up", {3, 2}, "-------++", "HHuuuuuuH"},
                                         {"up, and down again", {3, 2}, "---++---", "HHuuHHHu"},
                                         {"one lost probe, again and again", {3, 2}, "-+-+-+-+", "HHHHHHHH"},
                                         {"two lost probes, again and again", {3, 2}, "--+--+--+", "HHHHHHHHH"},
                                         {"one lucky answer, again and again", {3, 2}, "---+-+-+-", "HHuuuuuuu"},
                                         {"the other way round", {1, 3}, "-++-+++-", "uuuuuuHu"},
                                         {"1 and 1 follow every probe", {1, 1}, "-+-++--", "uHuHHuu"},
                                         {"5 and 1", {5, 1}, "----+-----+", "HHHHHHHHHuH"}}) {
    CAPTURE(row.what);
    ActiveHealth health;
    CHECK(states(health, row.probes, row.thresholds) == row.states);
  }
}

TEST_CASE("a result that agrees with the state starts the count of those against it anew (I1)") {
  struct Row {
    std::string probes;
    unsigned against;
  };
  for (const Row& row : std::vector<Row>{{"", 0},
                                         {"+", 0},
                                         {"-", 1},
                                         {"--", 2},
                                         {"--+", 0},
                                         {"--+-", 1},
                                         {"---", 0},  // unhealthy now: nothing speaks against that
                                         {"----", 0},
                                         {"---+", 1},
                                         {"---+-", 0},
                                         {"---++", 2},
                                         {"---+++", 0},
                                         {"---+++-", 1}}) {
    CAPTURE(row.probes);
    ActiveHealth health;
    states(health, row.probes, {.unhealthy_after = 3, .healthy_after = 3});
    CHECK(health.against() == row.against);
  }
}

TEST_CASE("a backend that was never probed is healthy") {
  ActiveHealth health;
  CHECK(health.healthy());
  CHECK(!health.probed());
  health.record(false, {.unhealthy_after = 2, .healthy_after = 2});
  CHECK(health.healthy());
  CHECK(health.probed());
}

TEST_CASE("thresholds that change apply from the next probe on, to what was counted before") {
  ActiveHealth health;
  CHECK(states(health, "--", {.unhealthy_after = 5, .healthy_after = 2}) == "HH");
  CHECK(states(health, "-", {.unhealthy_after = 3, .healthy_after = 2}) == "u");
  CHECK(states(health, "+", {.unhealthy_after = 3, .healthy_after = 4}) == "u");
  CHECK(states(health, "+", {.unhealthy_after = 3, .healthy_after = 1}) == "H");
}

}  // namespace
}  // namespace glassgate
