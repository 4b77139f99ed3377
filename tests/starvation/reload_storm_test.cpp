// Hundreds of reloads by SIGHUP while clients are at it: no request is lost, and neither memory nor threads nor
// descriptors grow. (tests/gateway/reload_load_e2e_test.cpp has files that change, and bad ones among them.)
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/gateway_process.h"
#include "support/json_reader.h"
#include "support/load.h"
#include "support/sanitized.h"
#include "support/watched_file.h"

namespace glassgate::test {
namespace {

// GLASSGATE_RELOADS=1000 for a longer look.
uint64_t reloads_wanted() {
  const char* wanted = std::getenv("GLASSGATE_RELOADS");
  return wanted == nullptr ? 200 : std::strtoull(wanted, nullptr, 10);
}

uint64_t reloads(const GatewayProcess& gateway) {
  return std::stoull(json_of(gateway.admin("/status")).at("config").at("reloads").text);
}

struct Size {
  long resident_kib;
  size_t threads;
  size_t descriptors;
};

// The least of several looks: clients and the page that tells of the reloads come and go.
Size size_of(Process& process) {
  Size least{process.status_kib("VmRSS"), process.thread_names().size(), process.descriptors()};
  for (int i = 0; i < 50; ++i) {
    least.resident_kib = std::min(least.resident_kib, process.status_kib("VmRSS"));
    least.threads = std::min(least.threads, process.thread_names().size());
    least.descriptors = std::min(least.descriptors, process.descriptors());
  }
  return least;
}

TEST_CASE("reloads by the hundred under load lose no request, and leave nothing behind") {
  ScriptedUpstream a(ScriptedUpstream::always(ok("hello")));
  ScriptedUpstream b(ScriptedUpstream::always(ok("hello")));
  const auto file = [&](int variant) {
    return "reload_interval: 0s\nrate_limit: {requests: 1000000, window: " + std::to_string(1 + variant) +
           "s}\nupstreams:\n  u: {backends: [\"" + a.address() + "\", \"" + b.address() +
           "\"], retries: 1, health: {passive: {}}, balancer: " + (variant == 0 ? "round_robin" : "least_connections") +
           "}\nroutes:\n  - {path: /, upstream: u}\n";
  };
  GatewayProcess gateway(file(0));
  Load load(gateway.port(), 4);
  const uint64_t wanted = reloads_wanted();
  Size early{};
  uint64_t done = 0;
  for (int i = 1; done < wanted; ++i) {
    replace_by_rename(gateway.config_path(), gateway.whole(file(i % 2)) + "# " + std::to_string(i) + "\n");
    for (int signals = 0; signals < 1 + i % 3; ++signals) gateway.process().signal(SIGHUP);  // some become one
    const uint64_t before = done;
    if (!eventually([&] { return (done = reloads(gateway)) > before; })) throw TestTimeout("no reload");
    if (early.threads == 0 && done >= wanted / 5) early = size_of(gateway.process());
  }
  const Size late = size_of(gateway.process());
  load.stop();
  MESSAGE(done, " reloads, ", load.good(), " requests; resident ", early.resident_kib, " KiB after a fifth of them, ",
          late.resident_kib, " KiB at the end; threads ", early.threads, " and ", late.threads, ", descriptors ",
          early.descriptors, " and ", late.descriptors);
  CHECK(load.bad() == "");
  CHECK(load.unanswered().empty());
  CHECK(load.good() > 200);
  if (!is_sanitized) CHECK(late.resident_kib < early.resident_kib * 5 / 4);
  // Workers stay for a while: two for each client and the admin's come and go.
  CHECK(late.threads <= early.threads + 8);
  CHECK(late.descriptors <= early.descriptors + 16);  // four clients', and as many to each backend
}

}  // namespace
}  // namespace glassgate::test
