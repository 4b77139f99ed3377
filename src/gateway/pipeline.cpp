#include "gateway/pipeline.h"

#include "gateway/access_log.h"
#include "gateway/answers.h"
#include "gateway/candidates.h"
#include "gateway/explain.h"
#include "gateway/metrics.h"
#include "gateway/middleware.h"
#include "gateway/outcome.h"
#include "gateway/rate_limit.h"
#include "gateway/self_answers.h"
#include "gateway/services.h"
#include "gateway/tracing.h"
#include "gateway/upstream_call.h"

namespace glassgate {
namespace {

// From the outside in. The trace id comes first, because everything after it may want to name the request. The log and
// the counts stand around whatever decides, so that a refusal is a line and a number as any other. The limit at the
// door is the innermost: what it refuses has cost nothing but that.
const Chain chain(tracing, explain, access_log, count_request, rate_limit);

bool find_route(Exchange& x) {
  const RouteMatch match = x.runtime->routes().match(
      {x.request.method, x.host, x.path, x.target.query, x.request.fields});
  if (match.route != nullptr) {
    x.route = match.route;
    x.route_index = match.index;
    x.upstream = &x.runtime->upstream_of(match.index);
  }
  if (x.explanation) explain_routing(x);
  if (match.route != nullptr) return true;
  x.allow = match.allow;
  return x.fail(match.allow.empty() ? Error::no_route : Error::method_not_allowed);
}

bool passes_route_limit(Exchange& x) {
  const auto& limiter = x.runtime->limiter_of(x.route_index);
  return !limiter || limiter->admits(x);
}

void call_backend(Exchange& x) {
  ++x.attempts;
  x.detail = {};
  x.error = call_upstream(x, *x.backend);
  settle_outcome(x);
}

void try_backends(Exchange& x) {
  do {
    if (!pick_backend(x)) return;
    if (x.attempts == 0) x.upstream->retry_budget->count_request(x.started);  // who asks nobody pays for no retry
    call_backend(x);
  } while (begin_retry(x));
}

}  // namespace

void handle(Exchange& x) {
  chain(proxy)(x);
}

void proxy(Exchange& x) {
  if (x.error != Error::none) return answer_error(x);
  if (is_last_hop(x)) return answer_as_last_hop(x);
  if (!find_route(x)) return answer_error(x);
  if (!passes_route_limit(x)) return answer_error(x);
  if (!take_first_piece(x)) return answer_error(x);
  if (!find_candidates(x)) return answer_error(x);
  try_backends(x);
  if (x.error != Error::none) answer_error(x);
}

}  // namespace glassgate
