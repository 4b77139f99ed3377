#include "gateway/candidates.h"

#include <algorithm>

#include "gateway/outcome.h"
#include "gateway/request_key.h"
#include "gateway/services.h"

namespace glassgate {
namespace {

bool any(const Candidates& candidates) {
  return std::find(candidates.begin(), candidates.end(), true) != candidates.end();
}

std::string names_of(const Upstream& upstream, const Candidates& wanted, bool in) {
  std::string out;
  for (size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] == in) out.append(out.empty() ? "" : " ").append(upstream.backends[i]->name);
  }
  return out.empty() ? "none" : out;
}

bool has_circuits(const Exchange& x) {
  return x.upstream->config->circuit_breaker.has_value();
}

// The candidates whose circuits would let a request through.
Candidates admissible(const Exchange& x, TimePoint now) {
  Candidates out = x.candidates;
  for (size_t i = 0; has_circuits(x) && i < out.size(); ++i) {
    out[i] = out[i] && x.upstream->backends[i]->circuit.would_admit(now);
  }
  return out;
}

Duration time_to_earliest_test(const Exchange& x, TimePoint now) {
  Duration earliest = Duration::max();
  for (size_t i = 0; i < x.candidates.size(); ++i) {
    if (x.candidates[i]) earliest = std::min(earliest, x.upstream->backends[i]->circuit.time_to_test(now));
  }
  return std::max(earliest, Duration(1));  // a test that is under way needs a moment, too
}

bool fail_for_want_of(Exchange& x, TimePoint now) {
  if (x.attempts > 0) return false;  // what the last attempt met is the answer
  x.retry_after = time_to_earliest_test(x, now);
  return x.fail(Error::circuit_open, "every candidate's circuit is open");
}

// False when somebody else took the one test that a half-open circuit admits.
bool is_admitted(Exchange& x, Backend& backend, TimePoint now) {
  if (!has_circuits(x)) return true;
  CircuitBreaker::Admission admission = backend.circuit.admit(now);
  if (admission.change) log_circuit_change(x, backend, *admission.change);
  if (!admission.permit) return false;
  x.permit = std::move(*admission.permit);
  return true;
}

std::optional<size_t> pick(Balancer& balancer, const Candidates& askable, std::string_view key, bool had_turn) {
  if (!any(askable)) return std::nullopt;  // a ring would be walked all round for it
  return had_turn ? balancer.pick_for_retry(askable, key) : balancer.pick(askable, key);
}

void note_pick(Exchange& x, const Candidates& askable, bool had_turn) {
  const UpstreamConfig& config = *x.upstream->config;
  const Balancer& balancer = *x.upstream->balancer;
  const std::string circuit = has_circuits(x) ? std::string(to_string(x.backend->circuit.state())) : "not configured";
  x.explanation->note("circuit", circuit, "passed over: " + names_of(*x.upstream, askable, false));
  const std::string state = had_turn ? balancer.describe_for_retry(x.balancer_key) : balancer.describe(x.balancer_key);
  x.explanation->note(
      "balancer", x.backend->name,
      std::string(to_string(config.balancer)) + " among: " + names_of(*x.upstream, askable, true) + "; " + state);
}

void note_health(Exchange& x, bool some, TimePoint now) {
  std::string out;
  for (size_t i = 0; i < x.candidates.size(); ++i) {
    Backend& backend = *x.upstream->backends[i];
    if (!x.candidates[i]) out.append(" " + backend.name + " (" + backend.health.report(now).reason() + ")");
  }
  x.explanation->note("health", some ? "ok" : "none healthy", "out:" + (out.empty() ? " none" : out));
}

}  // namespace

bool find_candidates(Exchange& x) {
  const TimePoint now = x.attempt_started = x.services.clock.now();
  const HealthConfig& config = x.upstream->config->health;
  x.candidates.reserve(x.upstream->backends.size());
  for (const auto& backend : x.upstream->backends) x.candidates.push_back(backend->health.healthy(now));
  const bool some = any(x.candidates);
  if (x.explanation) note_health(x, some, now);
  if (some) return true;
  if (config.when_none_healthy == HealthConfig::WhenNoneHealthy::fail_closed) {
    if (config.active) x.retry_after = config.active->interval;  // the probes will know more by then
    return x.fail(Error::no_healthy_backend);
  }
  x.candidates.assign(x.candidates.size(), true);
  return true;
}

bool is_anybody_left(const Exchange& x) {
  return any(admissible(x, x.attempt_started));
}

bool pick_backend(Exchange& x) {
  const TimePoint now = x.attempt_started;
  const UpstreamConfig& config = *x.upstream->config;
  if (config.balancer == BalancerKind::consistent_hash && x.balancer_key.empty()) {
    x.balancer_key = request_key(x, config.hash_on);
  }
  Candidates askable = admissible(x, now);
  for (bool had_turn = x.attempts > 0;; had_turn = true) {
    const auto picked = pick(*x.upstream->balancer, askable, x.balancer_key, had_turn);
    if (!picked) return fail_for_want_of(x, now);
    Backend& backend = *x.upstream->backends[*picked];
    if (!is_admitted(x, backend, now)) {
      askable[*picked] = false;
      continue;
    }
    x.candidates[*picked] = false;  // I2
    x.backend = &backend;
    backend.picks.add();
    if (x.explanation) note_pick(x, askable, had_turn);
    return true;
  }
}

}  // namespace glassgate
