// Two backends, two judges, and who is asked when nobody is left. Red answers every probe and fails real requests; blue
// fails its probes. One file says fail_open, the other fail_closed; both look at the same two backends.
#include "gateway/candidates.h"
#include "gateway/services.h"
#include "show/example.h"
#include "show/lanes.h"
#include "support/manual_clock.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

const std::string file =
    "{listen: 'a:1', routes: [{path: /, upstream: u}], upstreams: {u: {backends: ['red:1', 'blue:2'], health: {"
    "active: {interval: 3s, unhealthy_after: 2, healthy_after: 2}, "
    "passive: {window: 10s, error_rate: 0.5, min_requests: 4}, when_none_healthy: ";

std::string who_is_asked(Services& services, const std::shared_ptr<const Runtime>& runtime) {
  ClientConnection nobody{http::Socket(), IpAddress()};
  Exchange x(nobody, services);
  x.runtime = runtime;
  x.upstream = &runtime->upstreams().front();
  if (!find_candidates(x)) return "503";
  return x.candidates[0] && x.candidates[1] ? "both" : x.candidates[0] ? "red" : "blue";
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"second"}, {"red", 27}, {"blue", 17}, {"fail_open"}, {"fail_closed"}});
  Lanes lanes("Combined health: in while probes and real traffic agree", "s", 0, 14);
  for (const char* const lane : {"red", "blue", "fail_open", "fail_closed"}) lanes.add(lane);
  test::ManualClock clock;
  Log log(clock);
  Services services(clock, log);
  const auto open = std::make_shared<const Runtime>(parse_config(file + "fail_open}}}}").config, nullptr);
  const auto closed = std::make_shared<const Runtime>(parse_config(file + "fail_closed}}}}").config, open.get());
  const auto& backends = open->upstreams()[0].backends;  // of both: what is known of a backend is carried over
  for (int second = 0; second < 14; ++second, clock.advance(std::chrono::seconds(1))) {
    if (second % 3 == 1) backends[0]->health.record_probe(true, "200");
    if (second % 3 == 1) backends[1]->health.record_probe(second > 8, second > 8 ? "200" : "503");
    for (int i = 0; second == 2 && i < 4; ++i) backends[0]->health.record_request(i > 1, clock.now());
    for (const size_t i : {0U, 1U}) {
      const Health::Report seen = backends[i]->health.report(clock.now());
      lanes.span(i, second, second + 1, seen.healthy ? Tone::good : seen.active_healthy ? Tone::bad : Tone::wait);
    }
    const std::string asked[] = {who_is_asked(services, open), who_is_asked(services, closed)};
    for (const size_t i : {0U, 1U}) lanes.span(2 + i, second, second + 1, Tone::soft, asked[i]);
    example.step({second, backends[0]->health.report(clock.now()).reason(),
                  backends[1]->health.report(clock.now()).reason(), asked[0], asked[1]});
  }
  lanes.legend(Tone::good, "both agree");
  lanes.legend(Tone::bad, "real traffic fails");
  lanes.legend(Tone::wait, "probes fail");
  lanes.legend(Tone::soft, "who is asked");
  example.draw(lanes.svg());
}
