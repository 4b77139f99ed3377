// One circuit before three backends, beside a circuit before each. Red is ill until second 20; the others are well.
#include "gateway/backend.h"
#include "primitives/balance/round_robin.h"
#include "show/example.h"
#include "show/lanes.h"

using namespace glassgate;
using namespace glassgate::examples;
using std::chrono::seconds;

namespace {

struct Fleet {
  // A request, round robin among those whose circuit admits it: who answered, and how it went.
  std::string ask(int second, bool one_circuit) {
    const TimePoint now{seconds(second)};
    const auto circuit_of = [&](size_t i) -> CircuitBreaker& { return backends[one_circuit ? 0 : i].circuit; };
    Candidates open;
    for (size_t i = 0; i < 3; ++i) open.push_back(circuit_of(i).would_admit(now));
    const auto picked = balancer.pick(open, "");
    if (!picked) return "nobody";
    CircuitBreaker::Permit permit = std::move(*circuit_of(*picked).admit(now).permit);
    const bool success = *picked != 0 || second >= 20;
    success ? permit.succeeded() : permit.failed(now);
    return backends[*picked].address.host + (success ? "" : " fails");
  }
  RoundRobin balancer;
  Backend backends[3]{Backend({"red", 80}), Backend({"green", 80}), Backend({"blue", 80})};
};

}  // namespace

int main(int argc, char** argv) {
  const char* const rules[] = {"shared, opens at 2", "shared, opens at 1", "own, opens at 2"};
  Example example(argc, argv, {{"s", 7}, {rules[0]}, {rules[1]}, {rules[2]}});
  Lanes lanes("Red is ill until second 20. Whom does a circuit keep out?", "s", 0, 25);
  Fleet fleets[3];
  int failed[3]{}, refused[3]{};
  for (size_t i = 0; i < 3; ++i) {
    lanes.add(rules[i]);
    for (Backend& backend : fleets[i].backends) backend.circuit.set_settings({i == 1 ? 1U : 2U, seconds(8)});
  }
  for (int second = 0; second < 25; ++second) {
    std::vector<Cell> row{second};
    for (size_t i = 0; i < 3; ++i) {
      const std::string answer = row.emplace_back(fleets[i].ask(second, i < 2)).text();
      const Tone tone = answer == "nobody" ? Tone::soft : answer.ends_with("fails") ? Tone::bad : Tone::good;
      failed[i] += tone == Tone::bad ? 1 : 0;
      refused[i] += tone == Tone::soft ? 1 : 0;
      lanes.bead(i, second, tone, answer.substr(0, 1));
    }
    example.step(row);
  }
  example.step({"failed", failed[0], failed[1], failed[2]});
  example.step({"refused", refused[0], refused[1], refused[2]});
  lanes.legend(Tone::good, "success");
  lanes.legend(Tone::bad, "failure");
  lanes.legend(Tone::soft, "nobody: 503");
  example.draw(lanes.svg());
}
