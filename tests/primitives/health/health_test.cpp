#include "primitives/health/health.h"

#include <doctest/doctest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/threads.h"

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const TimePoint start{hours(1)};
const ActiveThresholds probes{.unhealthy_after = 2, .healthy_after = 2};
const PassiveThresholds traffic{.window = seconds(10), .error_rate = 0.5, .min_requests = 4};

void probe(Health& health, const std::string& results) {
  for (const char result : results) health.record_probe(result == '+', result == '+' ? "200" : "timed out");
}

void request(Health& health, const std::string& results, TimePoint now) {
  for (const char result : results) health.record_request(result == '+', now);
}

std::string reported(Health& health, TimePoint now) {
  const std::optional<bool> changed = health.changed(now);
  if (!changed) return "-";
  return *changed ? "healthy" : "unhealthy";
}

TEST_CASE("healthy exactly when both sides agree that it is; a side that is not configured agrees always (I1)") {
  struct Row {
    std::string what;
    HealthSettings settings;
    std::string probes;
    std::string requests;
    bool active;
    bool passive;
  };
  for (const Row& row : std::vector<Row>{{"both, nothing known", {probes, traffic}, "", "", true, true},
                                         {"both, both well", {probes, traffic}, "++", "++++", true, true},
                                         {"both, probes fail", {probes, traffic}, "--", "++++", false, true},
                                         {"both, requests fail", {probes, traffic}, "++", "----", true, false},
                                         {"both, both fail", {probes, traffic}, "--", "----", false, false},
                                         {"probes alone, well", {probes, {}}, "++", "----", true, true},
                                         {"probes alone, fail", {probes, {}}, "--", "----", false, true},
                                         {"traffic alone, well", {{}, traffic}, "--", "++++", true, true},
                                         {"traffic alone, fails", {{}, traffic}, "--", "----", true, false},
                                         {"neither", {{}, {}}, "----", "----", true, true}}) {
    CAPTURE(row.what);
    Health health(row.settings);
    probe(health, row.probes);
    request(health, row.requests, start);
    CHECK(health.healthy(start) == (row.active && row.passive));
    const Health::Report report = health.report(start);
    CHECK(report.healthy == (row.active && row.passive));
    CHECK(report.active_healthy == row.active);
    CHECK(report.passive_healthy == row.passive);
  }
}

TEST_CASE("one side that recovers does not speak for the other (I1)") {
  Health health({probes, traffic});
  probe(health, "--");
  request(health, "----", start);
  probe(health, "++");
  CHECK(!health.healthy(start));
  CHECK(!health.healthy(start + seconds(9)));
  CHECK(health.healthy(start + seconds(10)));  // the window has moved on
  request(health, "----", start + seconds(10));
  probe(health, "--");
  CHECK(!health.healthy(start + seconds(20)));
  probe(health, "++");
  CHECK(health.healthy(start + seconds(20)));
}

TEST_CASE("a backend that was never probed, and had no traffic, is healthy") {
  Health health({probes, traffic});
  CHECK(health.healthy(start));
  CHECK(reported(health, start) == "-");
  const Health::Report report = health.report(start);
  CHECK(!report.probed);
  CHECK(report.last_probe.empty());
  CHECK(report.window.requests == 0);
}

TEST_CASE("the report says what each side has seen") {
  Health health({probes, traffic});
  probe(health, "+-");
  request(health, "+-+", start);
  const Health::Report report = health.report(start);
  CHECK(report.healthy);
  CHECK(report.probed);
  CHECK(report.probes_against == 1);
  CHECK(report.last_probe == "timed out");
  CHECK(report.window.requests == 3);
  CHECK(report.window.failures == 1);
  CHECK(health.report(start + seconds(10)).window.requests == 0);
}

TEST_CASE("each change is reported once, and what comes and goes between two questions is none (I2)") {
  Health health({probes, traffic});
  CHECK(reported(health, start) == "-");
  probe(health, "-");
  CHECK(reported(health, start) == "-");
  probe(health, "-");
  CHECK(reported(health, start) == "unhealthy");
  CHECK(reported(health, start) == "-");
  request(health, "----", start);  // the other side, too: no change
  CHECK(reported(health, start) == "-");
  probe(health, "++");
  CHECK(reported(health, start) == "-");
  CHECK(reported(health, start + seconds(10)) == "healthy");  // by the time that passed alone
  CHECK(reported(health, start + seconds(10)) == "-");
  probe(health, "--++");
  CHECK(reported(health, start + seconds(10)) == "-");
}

TEST_CASE("new settings for one side keep what the other has seen; the same settings keep everything (I3)") {
  const ActiveThresholds other_probes{.unhealthy_after = 5, .healthy_after = 1};
  const PassiveThresholds other_traffic{.window = seconds(20), .error_rate = 0.5, .min_requests = 4};
  struct Row {
    std::string what;
    HealthSettings after;
    bool active;
    uint64_t requests;
  };
  for (const Row& row : std::vector<Row>{{"the same", {probes, traffic}, false, 5},
                                         {"other probes", {other_probes, traffic}, false, 5},
                                         {"no probes", {{}, traffic}, true, 5},
                                         {"other traffic", {probes, other_traffic}, false, 0},
                                         {"no traffic", {probes, {}}, false, 0},
                                         {"other both", {other_probes, other_traffic}, false, 0},
                                         {"neither", {{}, {}}, true, 0}}) {
    CAPTURE(row.what);
    Health health({probes, traffic});
    probe(health, "--");
    request(health, "-----", start);
    health.set_settings(row.after);
    const Health::Report report = health.report(start);
    CHECK(report.active_healthy == row.active);
    CHECK(report.probed == !row.active);
    CHECK(report.last_probe == (row.active ? "" : "timed out"));
    CHECK(report.window.requests == row.requests);
    CHECK(report.passive_healthy == (row.requests == 0));
    CHECK(health.healthy(start) == (row.active && row.requests == 0));
  }
}

TEST_CASE("a reload that takes a reason away is a change; probes that were under way then are not heard (I2, I3)") {
  Health health({probes, {}});
  probe(health, "--");
  CHECK(reported(health, start) == "unhealthy");
  health.set_settings({});
  CHECK(health.healthy(start));
  CHECK(reported(health, start) == "healthy");
  probe(health, "----");
  request(health, "----", start);
  health.set_settings({probes, traffic});
  CHECK(health.healthy(start));
  CHECK(!health.report(start).probed);
  CHECK(health.report(start).window.requests == 0);
}

TEST_CASE("thresholds that a reload makes stricter apply from the next probe on") {
  Health health({ActiveThresholds{.unhealthy_after = 5, .healthy_after = 2}, {}});
  probe(health, "--");
  health.set_settings({probes, {}});
  CHECK(health.healthy(start));
  probe(health, "-");
  CHECK(!health.healthy(start));
}

// healthy() takes the lock only where something speaks against the backend; report() takes it always.
TEST_CASE("whatever happened, asking says what the report says (I1)") {
  std::mt19937 random(11);
  const auto chance = [&](unsigned percent) { return random() % 100 < percent; };
  const std::vector<HealthSettings> all{
      {probes, traffic}, {probes, {}}, {{}, traffic}, {{}, {}}, {{}, PassiveThresholds{seconds(5), 0.0, 2}}};
  Health health(all.front());
  TimePoint now = start;
  size_t well = 0;
  for (int step = 0; step < 20000; ++step) {
    if (chance(1)) health.set_settings(all[random() % all.size()]);
    if (chance(20)) health.record_probe(chance(60), "a probe");
    if (chance(60)) health.record_request(chance(60), now);
    if (chance(10)) now += std::chrono::milliseconds(random() % 3000);
    if (chance(1)) now += seconds(20);
    const bool healthy = health.healthy(now);
    REQUIRE(healthy == health.report(now).healthy);
    well += healthy ? 1 : 0;
  }
  CHECK(well > 2000);  // both answers were asked for
  CHECK(well < 18000);
}

TEST_CASE("eight threads that ask learn of each change once, and of changes in turn (I2)") {
  Health health({ActiveThresholds{.unhealthy_after = 1, .healthy_after = 1}, traffic});
  std::atomic<int> to_unhealthy{0};
  std::atomic<int> to_healthy{0};
  std::atomic<bool> done{false};
  std::vector<std::thread> askers;
  askers.reserve(8);
  for (int t = 0; t < 8; ++t) {
    askers.emplace_back([&] {
      while (!done) {
        const std::optional<bool> changed = health.changed(start);
        if (changed) ++(*changed ? to_healthy : to_unhealthy);
        health.healthy(start);
        std::this_thread::yield();
      }
    });
  }
  for (int i = 1; i <= 50; ++i) {
    health.record_probe(false, "500");
    while (to_unhealthy < i) std::this_thread::yield();
    health.record_probe(true, "200");
    while (to_healthy < i) std::this_thread::yield();
  }
  done = true;
  for (std::thread& asker : askers) asker.join();
  CHECK(to_unhealthy == 50);
  CHECK(to_healthy == 50);
  CHECK(reported(health, start) == "-");
}

TEST_CASE("the reason that comes with a change is that state's, whoever changes it meanwhile") {
  Health health({ActiveThresholds{.unhealthy_after = 1, .healthy_after = 1}, traffic});
  std::atomic<int> changes{0};
  std::atomic<int> wrong{0};
  test::Threads askers;
  for (int t = 0; t < 4; ++t) {
    askers.start([&] {
      while (changes < 3000) {
        std::string reason;
        const std::optional<bool> changed = health.changed(start, &reason);
        if (!changed) continue;
        ++changes;
        if (reason != (*changed ? "both agree" : "probes fail: 500")) ++wrong;
      }
    });
  }
  for (bool success = false; changes < 3000; success = !success) health.record_probe(success, success ? "200" : "500");
  askers.join();
  CHECK(wrong == 0);
}

TEST_CASE("probes, requests, questions and reloads from many threads lose no request") {
  Health health({probes, PassiveThresholds{.window = seconds(10), .error_rate = 1.0, .min_requests = 1}});
  const HealthSettings other{ActiveThresholds{.unhealthy_after = 9, .healthy_after = 9},
                             PassiveThresholds{.window = seconds(10), .error_rate = 1.0, .min_requests = 1}};
  std::vector<std::thread> users;
  users.reserve(4);
  for (int t = 0; t < 4; ++t) {
    users.emplace_back([&] {
      for (int i = 0; i < 2000; ++i) {
        health.record_request(i % 2 == 0, start);
        health.record_probe(i % 2 == 0, "200");
        health.healthy(start);
        if (i % 100 == 0) health.set_settings(other);  // the passive side is the same
      }
    });
  }
  for (std::thread& user : users) user.join();
  const Health::Report report = health.report(start);
  CHECK(report.window.requests == 8000);
  CHECK(report.window.failures == 4000);
}

}  // namespace
}  // namespace glassgate
