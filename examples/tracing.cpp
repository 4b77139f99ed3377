// One request and its names: the trace that it belongs to, and the account of what was decided for it.
//
// The clock is moved by hand. Ids that are random in the gateway are fixed here.
#include "gateway/explanation.h"
#include "gateway/trace_context.h"
#include "show/example.h"
#include "show/lanes.h"
#include "support/manual_clock.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

const struct {
  int after_ms;
  const char* stage;
  const char* decision;
  const char* why;
} notes[] = {{1, "router", "/api/users", "/api/users: wins; 5 with other paths"},
             {0, "health", "ok", "out: blue"},
             {0, "balancer", "red", "round_robin among: red, green"},
             {40, "retry", "another backend", "backend_closed"},
             {0, "balancer", "green", "round_robin among: green"},
             {3, "connect", "opened", "green"},
             {25, "first_byte", "200", ""}};

// What is sent to the backend, for a traceparent that came.
std::string sent_on(std::string_view came) {
  const auto parent = parse_traceparent(came);
  const std::string_view begun_here = "4bf92f3577b34da6a3ce929d0e0e4736";
  return make_traceparent(parent ? parent->trace_id : begun_here, "00f067aa0ba902b7", parent ? parent->flags : "01");
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"stage", 10}, {"took ms"}, {"decision", 15}, {"why"}});
  Lanes lanes("One request, stage by stage: the first backend cost it 40 ms", "ms", 0, 72);
  std::string traces;
  for (const std::string came : {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                 "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
                                 "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more"}) {
    traces += "came  " + came + "\nsent  " + sent_on(came) + "\n";
  }
  example.say(traces);
  test::ManualClock clock;
  const TimePoint start = clock.now();
  Explanation account(clock);
  for (const auto& note : notes) {
    clock.advance(std::chrono::milliseconds(note.after_ms));
    account.note(note.stage, note.decision, note.why);
    const double took = to_milliseconds(account.steps().back().took);
    const double now = to_milliseconds(clock.now() - start);
    example.step({note.stage, static_cast<int>(took), note.decision, note.why});
    lanes.span(lanes.add(note.stage), now - took, now, took == 40 ? Tone::bad : Tone::a);
  }
  example.say("Server-Timing: " + account.server_timing());
  example.draw(lanes.svg());
}
