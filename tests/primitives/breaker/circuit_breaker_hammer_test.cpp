#include <doctest/doctest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "primitives/breaker/circuit_breaker.h"

namespace glassgate {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr size_t threads = 8;
const TimePoint start{hours(1)};

std::string name(const std::optional<CircuitChange>& change) {
  if (!change) return "";
  return std::string(to_string(change->from)) + " > " + std::string(to_string(change->to));
}

// Eight threads that ask a circuit at once, round after round.
class Askers {
 public:
  explicit Askers(CircuitBreaker& circuit) {
    for (CircuitBreaker::Admission& admission : admissions_) {
      threads_.emplace_back([&] {
        while (true) {
          barrier_.arrive_and_wait();
          if (done_) return;
          admission = circuit.admit(now_);
          barrier_.arrive_and_wait();
        }
      });
    }
  }
  ~Askers() {
    done_ = true;
    barrier_.arrive_and_wait();
    for (std::thread& thread : threads_) thread.join();
  }
  Askers(const Askers&) = delete;
  Askers& operator=(const Askers&) = delete;

  struct Round {
    std::vector<CircuitBreaker::Permit> permits;
    std::vector<std::string> changes;
  };
  Round ask(TimePoint now) {
    now_ = now;
    barrier_.arrive_and_wait();
    barrier_.arrive_and_wait();
    Round round;
    for (CircuitBreaker::Admission& admission : admissions_) {
      if (admission.permit) round.permits.push_back(std::move(*admission.permit));
      if (admission.change) round.changes.push_back(name(admission.change));
      admission = {};
    }
    return round;
  }

 private:
  std::array<CircuitBreaker::Admission, threads> admissions_;
  TimePoint now_{};
  bool done_ = false;
  std::barrier<> barrier_{threads + 1};
  std::vector<std::thread> threads_;
};

TEST_CASE(
    "of eight threads that ask when the test is due, exactly one gets it, and one learns of the change (I1, I3)") {
  CircuitBreaker circuit({.max_failures = 1, .open_for = seconds(10)});
  Askers askers(circuit);
  const std::vector<std::string> to_half_open{"open > half_open"};
  TimePoint now = start;
  circuit.admit(now).permit->failed(now);
  for (int round = 0; round < 300; ++round) {
    REQUIRE(askers.ask(now + seconds(9)).permits.empty());
    now += seconds(10);
    Askers::Round first = askers.ask(now);
    REQUIRE(first.permits.size() == 1);
    REQUIRE(first.changes == to_half_open);
    REQUIRE(askers.ask(now + seconds(9)).permits.empty());
    first.permits.clear();  // given back: half-open, and the next one is the test
    Askers::Round second = askers.ask(now);
    REQUIRE(second.permits.size() == 1);
    REQUIRE(second.changes.empty());
    if (round % 2 == 0) {
      REQUIRE(name(second.permits[0].failed(now)) == "half_open > open");
      continue;
    }
    REQUIRE(name(second.permits[0].succeeded()) == "half_open > closed");
    Askers::Round closed = askers.ask(now);
    REQUIRE(closed.permits.size() == threads);
    REQUIRE(name(closed.permits[3].failed(now)) == "closed > open");
  }
}

TEST_CASE("failures from eight threads are counted, each once, and one of them opens (I1)") {
  for (int round = 0; round < 50; ++round) {
    CircuitBreaker circuit({.max_failures = threads * 100, .open_for = seconds(10)});
    std::atomic<int> opened{0};
    std::vector<std::thread> failing;
    for (size_t t = 0; t < threads; ++t) {
      failing.emplace_back([&] {
        for (int i = 0; i < 100; ++i) {
          if (circuit.admit(start).permit->failed(start)) ++opened;
        }
      });
    }
    for (std::thread& thread : failing) thread.join();
    REQUIRE(opened == 1);
    REQUIRE(circuit.failures_in_a_row() == threads * 100);
    REQUIRE(circuit.state() == CircuitState::open);
  }
}

struct Changes {
  std::atomic<int> closed_open{0};
  std::atomic<int> open_half_open{0};
  std::atomic<int> half_open_closed{0};
  std::atomic<int> half_open_open{0};

  void count(const std::optional<CircuitChange>& change) {
    const std::string text = name(change);
    if (text == "closed > open") ++closed_open;
    if (text == "open > half_open") ++open_half_open;
    if (text == "half_open > closed") ++half_open_closed;
    if (text == "half_open > open") ++half_open_open;
  }
};

TEST_CASE("under a storm of all events, the changes make one path, and the circuit never sticks (I1, I2, I4)") {
  CircuitBreaker circuit({.max_failures = 3, .open_for = Duration(50)});
  std::atomic<int64_t> clock{0};
  Changes changes;
  std::vector<std::thread> storm;
  for (unsigned t = 0; t < threads; ++t) {
    storm.emplace_back([&, t] {
      std::mt19937 random(t);
      std::vector<CircuitBreaker::Permit> slow(4);  // their results come late
      for (int i = 0; i < 5000; ++i) {
        const TimePoint now = start + Duration(++clock);
        CircuitBreaker::Admission admission = circuit.admit(now);
        changes.count(admission.change);
        if (admission.permit) slow[random() % 4] = std::move(*admission.permit);  // and gives back the one before
        CircuitBreaker::Permit& permit = slow[random() % 4];
        const auto what = random() % 4;
        if (what == 0) changes.count(permit.succeeded());
        if (what == 1 || what == 2) changes.count(permit.failed(now));
        if (what == 3) permit.give_back();
      }
    });
  }
  for (std::thread& thread : storm) thread.join();
  const bool is_open = circuit.state() == CircuitState::open;
  const bool is_half_open = circuit.state() == CircuitState::half_open;
  CHECK(changes.closed_open > 10);
  CHECK(changes.half_open_closed > 10);
  CHECK(changes.half_open_open > 10);
  CHECK(changes.closed_open + changes.half_open_open == changes.open_half_open + (is_open ? 1 : 0));
  CHECK(changes.open_half_open == changes.half_open_closed + changes.half_open_open + (is_half_open ? 1 : 0));
  const TimePoint later = start + hours(1);
  CHECK(circuit.would_admit(later));  // all permits are back
  auto test = circuit.admit(later).permit;
  REQUIRE(test);
  test->succeeded();
  CHECK(circuit.state() == CircuitState::closed);
}

}  // namespace
}  // namespace glassgate
