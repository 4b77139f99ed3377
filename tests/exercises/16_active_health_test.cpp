// The exercises of docs/lessons/16-active-health.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "16_first_probe.h"
#include "16_longest_blindness.h"

namespace glassgate::exercises {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The state before the first probe and after each: '+' succeeds, '-' fails; H healthy, u unhealthy.
std::string states(const std::string& probes) {
  FirstProbeDecides health;
  std::string out(1, health.healthy() ? 'H' : 'u');
  for (const char probe : probes) {
    health.record(probe == '+', {.unhealthy_after = 3, .healthy_after = 2});
    out += health.healthy() ? 'H' : 'u';
  }
  return out;
}

TEST_CASE("exercise 16.1: a backend is out until its first probe, and that one decides alone" * doctest::skip()) {
  CHECK(states("") == "u");
  CHECK(states("+") == "uH");
  CHECK(states("-") == "uu");
  CHECK(states("+--+---") == "uHHHHHHu");  // from then on, three in a row
  CHECK(states("-+-++") == "uuuuuH");      // and two in a row: the first lucky answer does not count alone
  CHECK(states("--++") == "uuuuH");
}

TEST_CASE("exercise 16.2: a silent backend is found out in the time that the file promises" * doctest::skip()) {
  ActiveHealthConfig config;
  config.interval = seconds(5);
  config.timeout = seconds(1);
  config.unhealthy_after = 3;
  CHECK(longest_blindness(config) == milliseconds(19'500));
  config.unhealthy_after = 1;
  CHECK(longest_blindness(config) == milliseconds(6'500));
  config.interval = milliseconds(100);
  config.unhealthy_after = 2;
  CHECK(longest_blindness(config) == milliseconds(2'220));
}

}  // namespace
}  // namespace glassgate::exercises
