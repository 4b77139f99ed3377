#include "gateway/outcome.h"

#include "gateway/candidates.h"
#include "gateway/services.h"

namespace glassgate {
namespace {

enum class Outcome { success, failure, nothing };

Outcome outcome_of(const Exchange& x) {
  const bool is_bad_answer = x.error == Error::response_stalled && x.response.status() >= 500;
  if (is_backends_fault(x.error) || is_bad_answer) return Outcome::failure;
  if (x.error != Error::none) return Outcome::nothing;
  return x.response.status() >= 500 ? Outcome::failure : Outcome::success;
}

void settle_permit(Exchange& x, Outcome outcome) {
  std::optional<CircuitChange> change;
  if (outcome == Outcome::success) change = x.permit.succeeded();
  if (outcome == Outcome::failure) change = x.permit.failed(x.services.clock.now());
  x.permit.give_back();
  if (!change) return;
  if (change->to == CircuitState::open) x.backend->circuit_opened.add();
  log_circuit_change(x, *x.backend, *change);
}

}  // namespace

void settle_outcome(Exchange& x) {
  const Outcome outcome = outcome_of(x);
  settle_permit(x, outcome);
  if (outcome == Outcome::nothing) return;
  if (outcome == Outcome::failure) x.backend->failures.add();
  if (!x.upstream->config->health.passive) return;
  x.backend->health.record_request(outcome == Outcome::success, x.services.clock.now());
  log_health_change(x.services, x.upstream->config->name, *x.backend);
}

void settle_test_at_head(Exchange& x, int status) {
  const bool is_test = x.backend->circuit.state() == CircuitState::half_open;
  if (is_test && status < 500) settle_permit(x, Outcome::success);
}

bool begin_retry(Exchange& x) {
  if (x.error == Error::none || !x.may_be_repeated) return false;
  if (static_cast<unsigned>(x.attempts) > x.upstream->config->retries) return false;
  x.attempt_started = x.services.clock.now();
  if (!is_anybody_left(x)) return false;  // before the budget is asked: a retry that cannot be made must not use it up
  // Where nothing was sent, nobody has more to do than without the retry: that one is free.
  if (!x.was_sent || x.upstream->retry_budget->allow_retry(x.attempt_started)) {
    x.upstream->counts->retries.add();
    if (x.attempts == 1) x.first_failure = {x.backend, x.error};
    if (x.explanation) x.explanation->note("retry", "another backend", std::string(info(x.error).word));
    return true;
  }
  x.upstream->counts->retries_refused.add();
  return false;
}

void log_health_change(Services& services, std::string_view upstream, Backend& backend) {
  std::string reason;
  const auto changed = backend.health.changed(services.clock.now(), &reason);
  if (!changed) return;
  services.log.event(*changed ? LogLevel::info : LogLevel::warn, *changed ? "backend_healthy" : "backend_unhealthy",
                     {{"upstream", upstream}, {"backend", backend.name}, {"reason", reason}});
}

void log_circuit_change(const Exchange& x, const Backend& backend, const CircuitChange& change) {
  const LogLevel level = change.to == CircuitState::open ? LogLevel::warn : LogLevel::info;
  x.services.log.event(level, "circuit_changed",
                       {{"upstream", x.upstream->config->name},
                        {"backend", backend.name},
                        {"from", to_string(change.from)},
                        {"to", to_string(change.to)}});
}

}  // namespace glassgate
