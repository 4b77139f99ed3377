// A circuit that three failures in a row open for ten seconds, before a backend that is ill from second 3 to 20.
#include "primitives/breaker/circuit_breaker.h"

#include <map>

#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;
using std::chrono::seconds;

namespace {

constexpr struct {
  int second;
  const char* request;
  std::string_view what;
} events[] = {{0, "a", "asks"},  {1, "a", "succeeds"},  {2, "b", "asks"},  {3, "c", "asks"},     {3, "c", "fails"},
              {4, "d", "asks"},  {4, "d", "fails"},     {5, "e", "asks"},  {5, "e", "fails"},    {6, "f", "asks"},
              {9, "b", "fails"}, {14, "g", "asks"},     {15, "h", "asks"}, {15, "i", "asks"},    {16, "h", "fails"},
              {17, "j", "asks"}, {25, "k", "asks"},     {26, "l", "asks"}, {26, "m", "asks"},    {27, "l", "leaves"},
              {27, "n", "asks"}, {28, "n", "succeeds"}, {29, "o", "asks"}, {29, "o", "succeeds"}};
constexpr Tone tone_of[] = {Tone::good, Tone::bad, Tone::wait};  // by CircuitState

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"s", 2}, {"request"}, {"what", 8}, {"answer", 8}, {"circuit", 9}, {"failures"}});
  Lanes lanes("Three failures open the circuit, one test closes it", "s", 0, 30);
  const size_t requests = lanes.add("requests"), states = lanes.add("circuit");
  lanes.span(lanes.add("backend"), 3, 20, Tone::soft, "ill");
  CircuitBreaker circuit({.max_failures = 3, .open_for = seconds(10)});
  std::map<std::string, CircuitBreaker::Permit> permits;
  const std::map<std::string_view, Tone> tones{{"fails", Tone::bad}, {"succeeds", Tone::good}, {"leaves", Tone::wait}};
  int since = 0;
  for (const auto& [second, request, what] : events) {
    const TimePoint now{seconds(second)};
    const CircuitState before = circuit.state();
    CircuitBreaker::Admission admission;
    if (what == "asks") admission = circuit.admit(now);
    if (what == "succeeds") permits[request].succeeded();
    if (what == "fails") permits[request].failed(now);
    if (what == "leaves") permits[request].give_back();
    const bool is_refused = what == "asks" && !admission.permit;
    if (admission.permit) permits[request] = std::move(*admission.permit);
    if (before != circuit.state())
      lanes.span(states, std::exchange(since, second), second, tone_of[static_cast<int>(before)]);
    if (what != "asks") lanes.bead(requests, second, tones.at(what), request);
    if (is_refused) lanes.bead(requests, second, Tone::soft, request);
    const char* answer = what != "asks" ? "" : is_refused ? "refused" : "admitted";
    example.step({second, request, what, answer, to_string(circuit.state()), circuit.failures_in_a_row()});
  }
  lanes.span(states, since, 30, tone_of[static_cast<int>(circuit.state())]);
  lanes.legend(Tone::good, "closed; success");
  lanes.legend(Tone::bad, "open; failure");
  lanes.legend(Tone::wait, "half-open; no result");
  lanes.legend(Tone::soft, "refused: 503");
  example.draw(lanes.svg());
}
