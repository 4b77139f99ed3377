#include "gateway/prober.h"

#include <doctest/doctest.h>
#include <pthread.h>

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include "support/failing_new.h"
#include "support/fleet.h"
#include "support/gate.h"
#include "support/hanging_resolver.h"
#include "support/process.h"

namespace glassgate {
namespace {

using namespace test;

std::shared_ptr<const Config> config_of(const std::string& yaml) {
  ConfigResult result = parse_config("listen: 127.0.0.1:0\nlog: {level: error}\n" + yaml);
  if (!result.config) throw std::runtime_error(describe(result.errors.at(0), yaml));
  return result.config;
}

std::string probed(const std::string& interval, const std::string& timeout = "20s") {
  return "health: {active: {unhealthy_after: 1, healthy_after: 1, interval: " + interval + ", timeout: " + timeout +
         "}}";
}

// A prober at work on a snapshot, and on others after it.
struct Practice {
  explicit Practice(const std::string& yaml) {
    prober.start();
    look_after(yaml);
  }
  void look_after(const std::string& yaml) {
    const auto before = services.runtime.current();
    const auto next = std::make_shared<const Runtime>(config_of(yaml), before.get());
    services.runtime.swap_in(next);
    prober.update(*next);
  }
  Backend& backend(size_t i) { return *services.runtime.current()->upstreams().front().backends.at(i); }
  Health::Report report(size_t i) { return backend(i).health.report(clock.now()); }

  SystemClock clock;
  Log log{clock};
  Services services{clock, log};
  Prober prober{services};
};

// A thread takes its name a moment after it began, and is seen for a moment after it was joined.
bool are_threads(const std::string& name, int n) {
  return eventually([&] {
    const std::vector<std::string> names = thread_names_of(0);
    return std::count(names.begin(), names.end(), name) == n;
  });
}

TEST_CASE("each backend with active health checks is probed at once and again and again, the others never (I1)") {
  NamedUpstream a("a");
  NamedUpstream b("b");
  NamedUpstream unwatched("c");
  const Practice practice("upstreams: {u: {backends: [" + a.address() + ", " + b.address() + "], " + probed("10ms") +
                          "}, v: {backends: [" + unwatched.address() + "]}}\nroutes: [{path: /, upstream: u}]\n");
  CHECK(eventually([&] { return a.probes >= 5 && b.probes >= 5; }));
  CHECK(unwatched.connections() == 0);
}

TEST_CASE("a probe that finds its backend ill is counted, one that finds it well is not") {
  NamedUpstream well("well");
  const std::string nobody = "127.0.0.1:" + std::to_string(unused_port());
  Practice practice(fleet_of({well.address(), nobody}, probed("10ms")));
  REQUIRE(eventually([&] { return well.probes >= 3 && practice.backend(1).probe_failures.value() >= 3; }));
  CHECK(practice.backend(0).probe_failures.value() == 0);
}

TEST_CASE("a probe that this side had no means to make says nothing of its backend") {
  const HangingResolver resolver;
  resolver.take_all_lookups();
  NamedUpstream other("a");
  Practice practice(fleet_of({"localhost:" + std::to_string(unused_port()), other.address()}, probed("10ms")));
  REQUIRE(eventually([&] { return other.probes >= 10; }));  // about as often as the one before it
  CHECK_FALSE(practice.report(0).probed);
  CHECK(practice.report(0).active_healthy);
  CHECK(practice.backend(0).probe_failures.value() == 0);
}

TEST_CASE("the first probe is made at once, however long the interval") {
  NamedUpstream a("a");
  Practice practice(fleet_of({a.address()}, probed("1h")));
  CHECK(eventually([&] { return practice.report(0).probed; }));
  CHECK(practice.report(0).last_probe == "200");
  CHECK(a.probes == 1);
}

TEST_CASE("after update() the backends that it names are probed and no others (I1)") {
  NamedUpstream kept("a");
  NamedUpstream leaving("b");
  NamedUpstream coming("c");
  Practice practice(fleet_of({kept.address(), leaving.address()}, probed("10ms")));
  REQUIRE(eventually([&] { return kept.probes >= 1 && leaving.probes >= 1; }));
  practice.look_after(fleet_of({kept.address(), coming.address()}, probed("10ms")));
  const int last_of_leaving = leaving.probes;
  const int so_far = kept.probes;
  CHECK(eventually([&] { return kept.probes >= so_far + 5 && coming.probes >= 5; }));
  CHECK(leaving.probes <= last_of_leaving + 1);  // one may have been under way
  CHECK(are_threads("probe", 2));

  practice.look_after(fleet_of({kept.address(), coming.address()}));
  CHECK(are_threads("probe", 0));
}

TEST_CASE("a backend whose settings did not change is not disturbed by an update (I1)") {
  NamedUpstream a("a");
  Practice practice(fleet_of({a.address()}, probed("1h")));
  REQUIRE(eventually([&] { return practice.report(0).probed; }));
  for (int i = 0; i < 5; ++i)
    practice.look_after(fleet_of({a.address()}, "retries: " + std::to_string(i) + ", " + probed("1h")));
  NamedUpstream b("b");
  practice.look_after(fleet_of({a.address(), b.address()}, probed("1h")));
  REQUIRE(eventually([&] { return b.probes == 1; }));
  CHECK(a.probes == 1);
}

TEST_CASE("new settings of a backend count at once, and what its probes have found is kept (I1)") {
  NamedUpstream a("a");
  a.health = 500;
  Practice practice(fleet_of({a.address()}, probed("1h")));
  REQUIRE(eventually([&] { return !practice.report(0).active_healthy; }));
  practice.look_after(fleet_of({a.address()}, probed("2h")));
  CHECK(eventually([&] { return a.probes == 2; }));
  CHECK_FALSE(practice.report(0).active_healthy);
}

TEST_CASE("two upstreams that name the same address have it probed for each") {
  NamedUpstream a("a");
  Practice practice("upstreams: {u: {backends: [" + a.address() + "], " + probed("1h") + "}, v: {backends: [" +
                    a.address() + "], " + probed("1h") + "}}\nroutes: [{path: /, upstream: u}]\n");
  CHECK(eventually([&] { return a.probes == 2; }));
  CHECK(are_threads("probe", 2));
}

struct SilentState {
  test::Gate asked;
};

// Takes a request and says nothing.
struct SilentUpstream : SilentState, ScriptedUpstream {
  SilentUpstream()
      : ScriptedUpstream([this](Peer& peer, int) {
          peer.read_head();
          asked.open();
          peer.ends();
        }) {}
  ~SilentUpstream() { stop(); }
};

TEST_CASE("stop() ends every thread, also those in the middle of a probe or of a pause (I2)") {
  SilentUpstream silent;
  NamedUpstream quick("a");
  Practice practice(fleet_of({silent.address(), quick.address()}, probed("1h")));
  silent.asked.wait();
  REQUIRE(eventually([&] { return practice.report(1).probed; }));
  CHECK(are_threads("probe", 2));
  CHECK(are_threads("probe-watch", 1));
  practice.prober.stop();
  CHECK(are_threads("probe", 0));
  CHECK(are_threads("probe-watch", 0));
  CHECK_FALSE(practice.report(0).probed);  // that it was cut at the end says nothing about it
  practice.prober.stop();
}

TEST_CASE("a prober may be stopped without having been started (I2)") {
  const SystemClock clock;
  Log log(clock);
  Services services(clock, log);
  Prober(services).stop();
}

// A thread that gets no memory is one that is not made.
TEST_CASE("a backend whose probing could not begin is probed as soon as it can") {
  bool failed = true;
  for (int first = 1; failed; ++first) {
    CAPTURE(first);
    NamedUpstream a("a");
    Practice practice(fleet_of({a.address()}));
    const auto next = std::make_shared<const Runtime>(config_of(fleet_of({a.address()}, probed("1h"))),
                                                      practice.services.runtime.current().get());
    const FailingNew failing("admits", first);
    std::thread([&] {
      pthread_setname_np(pthread_self(), "admits");
      try {
        practice.prober.update(*next);
      } catch (const std::bad_alloc&) {  // whoever asked for the update asks again
        practice.prober.update(*next);
      }
    }).join();
    CHECK(eventually([&] { return a.probes == 1; }));
    failed = failing.failures() > 0;
  }
}

TEST_CASE("an update while a backend keeps its probe waiting does not wait for the time-out") {
  SilentUpstream silent;
  NamedUpstream other("b");
  Practice practice(fleet_of({silent.address()}, probed("1h", "1h")));
  silent.asked.wait();
  practice.look_after(fleet_of({other.address()}, probed("1h", "1h")));
  CHECK(eventually([&] { return practice.report(0).probed; }));
  CHECK(are_threads("probe", 1));
}

TEST_CASE("a probe is over at its time-out, though the backend drips") {
  for (const std::string drop : {"", "H"}) {
    CAPTURE(drop);
    ScriptedUpstream dripping([&](Peer& peer, int) {
      peer.read_head();
      while (!drop.empty() && peer.send(drop)) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      peer.ends();
    });
    Practice practice(fleet_of({dripping.address()}, probed("10ms", "50ms")));
    CHECK(eventually([&] { return !practice.report(0).active_healthy; }));
    CHECK(practice.report(0).last_probe == "timed out");
    CHECK(eventually([&] { return dripping.connections() >= 3; }));  // and probed again
  }
}

TEST_CASE("a slow backend delays no other's probes") {
  SilentUpstream silent;
  NamedUpstream quick("a");
  Practice practice(fleet_of({silent.address(), quick.address()}, probed("10ms", "1h")));
  silent.asked.wait();
  const int before = quick.probes;
  CHECK(eventually([&] { return quick.probes >= before + 20; }));
  CHECK_FALSE(practice.report(0).probed);
  CHECK(silent.connections() == 1);
}

}  // namespace
}  // namespace glassgate
