#include "gateway/outcome.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "gateway/candidates.h"
#include "support/fleet.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using std::chrono::seconds;

const std::string watched =
    "retries: 2, circuit_breaker: {max_failures: 2, open_for: 10s}, health: {passive: {min_requests: 2, error_rate: "
    "1}}";

// A request to b:1, b:2 and b:3 that has picked its first backend.
struct Attempt {
  explicit Attempt(const std::string& settings = watched)
      : exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n", {"192.0.2.1", test::fleet_of({"b:1", "b:2", "b:3"}, settings)}) {
    exchange.route();
    find_candidates(x());
    pick_backend(x());
    x().attempts = 1;
  }

  Exchange& x() { return exchange.x; }
  // The attempt ends so. 0: without an answer.
  void ends(Error error, int status = 0) {
    if (status > 0) {
      x().response.set_timeout(std::chrono::seconds(1));
      const std::string head = "HTTP/1.1 " + std::to_string(status) + " X\r\n\r\n";
      x().response.head(status, std::pmr::string(head), {});
      x().response.write("", true);
    }
    x().error = error;
    settle_outcome(x());
  }

  test::TestExchange exchange;
};

std::vector<std::string> events_of(std::vector<std::string> log, const std::string& event) {
  std::erase_if(log, [&](const std::string& line) { return line.find("\"" + event + "\"") == std::string::npos; });
  return log;
}

TEST_CASE("what an attempt says about its backend") {
  enum class Says { success, failure, nothing };
  struct Row {
    Error error;
    int status;
    Says says;
  };
  std::vector<Row> rows{{Error::response_cut, 200, Says::failure},
                        {Error::client_gone, 500, Says::nothing},
                        {Error::client_gone, 200, Says::nothing},
                        {Error::response_stalled, 200, Says::nothing},
                        {Error::response_stalled, 503, Says::failure}};
  for (const int status : {101, 200, 304, 404, 429, 499}) rows.push_back({Error::none, status, Says::success});
  for (const int status : {500, 503, 599}) rows.push_back({Error::none, status, Says::failure});
  for (size_t i = 1; i < error_count; ++i) {
    const auto error = static_cast<Error>(i);
    rows.push_back({error, 0, error >= Error::backend_unresolved ? Says::failure : Says::nothing});
  }
  for (const Row& row : rows) {
    CAPTURE(std::string(info(row.error).word));
    CAPTURE(row.status);
    Attempt attempt;
    Backend& backend = *attempt.x().backend;
    backend.circuit.admit({}).permit->failed({});  // one failure before it
    attempt.ends(row.error, row.status);
    CHECK((backend.circuit.state() == CircuitState::open) == (row.says == Says::failure));
    CHECK((backend.circuit.failures_in_a_row() == 0) == (row.says == Says::success));
    const auto window = backend.health.report(attempt.exchange.clock.now()).window;
    CHECK(window.requests == (row.says == Says::nothing ? 0 : 1));
    CHECK(window.failures == (row.says == Says::failure ? 1 : 0));
    CHECK(backend.failures.value() == (row.says == Says::failure ? 1 : 0));
  }
}

TEST_CASE("an attempt that says nothing gives the half-open circuit's test back") {
  for (const Error error : {Error::client_gone, Error::request_cut, Error::drained, Error::malformed_body}) {
    CAPTURE(std::string(info(error).word));
    Attempt attempt;
    Backend& backend = *attempt.x().backend;
    for (int i = 0; i < 2; ++i) backend.circuit.admit({}).permit->failed(attempt.exchange.clock.now());
    attempt.exchange.clock.advance(seconds(10));
    attempt.x().permit = std::move(*backend.circuit.admit(attempt.exchange.clock.now()).permit);
    REQUIRE(backend.circuit.state() == CircuitState::half_open);
    REQUIRE_FALSE(backend.circuit.would_admit(attempt.exchange.clock.now()));
    attempt.ends(error);
    CHECK(backend.circuit.state() == CircuitState::half_open);
    CHECK(backend.circuit.would_admit(attempt.exchange.clock.now()));
  }
}

TEST_CASE("another backend is tried only after a failure that may be repeated (I1)") {
  const struct {
    Error error;
    bool may_be_repeated;
    bool expected;
  } rows[] = {{Error::backend_unreachable, true, true},
              {Error::backend_closed, true, true},
              {Error::backend_timeout, true, true},
              {Error::backend_unresolved, true, true},
              {Error::backend_unreachable, false, false},
              {Error::backend_malformed, false, false},
              {Error::client_gone, false, false},
              {Error::none, true, false},
              {Error::none, false, false}};
  for (const auto& row : rows) {
    CAPTURE(std::string(info(row.error).word));
    Attempt attempt;
    attempt.x().error = row.error;
    attempt.x().may_be_repeated = row.may_be_repeated;
    CHECK(begin_retry(attempt.x()) == row.expected);
    CHECK(attempt.x().upstream->counts->retries.value() == (row.expected ? 1 : 0));
  }
}

TEST_CASE("no more backends are tried than `retries` says (I2)") {
  for (const int retries : {0, 1, 2}) {
    CAPTURE(retries);
    Attempt attempt("retries: " + std::to_string(retries));
    attempt.x().error = Error::backend_closed;
    attempt.x().may_be_repeated = true;
    int tried = 0;
    while (begin_retry(attempt.x()) && pick_backend(attempt.x())) {
      ++attempt.x().attempts;
      ++tried;
    }
    CHECK(tried == retries);
    CHECK(attempt.x().upstream->counts->retries.value() == static_cast<uint64_t>(retries));
    CHECK(attempt.x().upstream->counts->retries_refused.value() == 0);
  }
}

TEST_CASE("no more requests are repeated than the retry budget allows (I2)") {
  Attempt attempt("retries: 1");
  Exchange& x = attempt.x();
  x.error = Error::backend_closed;
  x.may_be_repeated = true;
  x.was_sent = true;
  for (int i = 0; i < 100; ++i) x.upstream->retry_budget->count_request(x.started);
  uint64_t tried = 0;
  for (int i = 0; i < 100; ++i) tried += begin_retry(x) ? 1 : 0;
  CHECK(tried == 20);
  CHECK(x.upstream->counts->retries.value() == 20);
  CHECK(x.upstream->counts->retries_refused.value() == 80);
}

TEST_CASE("a retry of what was not sent to anybody costs nothing of the budget") {
  Attempt attempt("retries: 1");
  Exchange& x = attempt.x();
  x.error = Error::backend_unreachable;
  x.may_be_repeated = true;
  for (int i = 0; i < 100; ++i) CHECK(begin_retry(x));
  CHECK(x.upstream->counts->retries_refused.value() == 0);
  x.was_sent = true;
  for (int i = 0; i < 10; ++i) CHECK(begin_retry(x));  // the ten that an idle upstream has
  CHECK_FALSE(begin_retry(x));
}

TEST_CASE("where nobody is left to try, no retry is counted and none of the budget is used") {
  const struct {
    std::string what;
    void (*leave_nobody)(Attempt&);
  } rows[] = {{"all were tried", [](Attempt& attempt) { attempt.x().candidates.assign(3, false); }},
              {"the circuits of the others are open", [](Attempt& attempt) {
                 for (size_t i = 1; i < 3; ++i) {
                   CircuitBreaker& circuit = attempt.x().upstream->backends[i]->circuit;
                   for (int n = 0; n < 2; ++n) circuit.admit({}).permit->failed(attempt.exchange.clock.now());
                 }
               }}};
  for (const auto& row : rows) {
    CAPTURE(row.what);
    Attempt attempt;
    row.leave_nobody(attempt);
    attempt.x().error = Error::backend_closed;
    attempt.x().may_be_repeated = true;
    for (int i = 0; i < 100; ++i) CHECK_FALSE(begin_retry(attempt.x()));
    CHECK(attempt.x().upstream->counts->retries.value() == 0);
    CHECK(attempt.x().upstream->counts->retries_refused.value() == 0);
    CHECK(attempt.x().upstream->retry_budget->allow_retry(attempt.x().started));
  }
}

TEST_CASE("a change of a circuit, and of a backend's health, is logged once") {
  Attempt attempt;
  Backend& backend = *attempt.x().backend;
  for (int i = 0; i < 5; ++i) {
    if (i > 0) attempt.x().permit = std::move(backend.circuit.admit({}).permit).value_or(CircuitBreaker::Permit());
    attempt.ends(Error::backend_closed);
    log_health_change(attempt.exchange.services, "u", backend);
  }
  const auto log = attempt.exchange.close_log();
  const auto circuit = events_of(log, "circuit_changed");
  REQUIRE(circuit.size() == 1);
  CHECK(circuit[0].find(R"("level":"warn")") != std::string::npos);
  CHECK(circuit[0].find(R"("upstream":"u","backend":"b:1","from":"closed","to":"open")") != std::string::npos);
  const auto ill = events_of(log, "backend_unhealthy");
  REQUIRE(ill.size() == 1);
  CHECK(ill[0].find(R"("upstream":"u","backend":"b:1","reason":"real traffic fails: )") != std::string::npos);
}

TEST_CASE("a change of health says its reason") {
  Attempt attempt("health: {active: {unhealthy_after: 1, healthy_after: 1}}");
  Backend& backend = *attempt.x().backend;
  for (const bool success : {true, false, true}) {
    backend.health.record_probe(success, success ? "200" : "timed out");
    log_health_change(attempt.exchange.services, "u", backend);
  }
  const auto log = attempt.exchange.close_log();
  REQUIRE(log.size() == 2);
  CHECK(log[0].find(R"("level":"warn","event":"backend_unhealthy")") != std::string::npos);
  CHECK(log[0].find(R"("reason":"probes fail: timed out")") != std::string::npos);
  CHECK(log[1].find(R"("level":"info","event":"backend_healthy")") != std::string::npos);
  CHECK(log[1].find(R"("reason":"both agree")") != std::string::npos);
}

}  // namespace
}  // namespace glassgate
