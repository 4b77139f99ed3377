#include "gateway/pipeline.h"

#include "base/strings.h"
#include "gateway/access_log.h"
#include "gateway/answers.h"
#include "gateway/middleware.h"
#include "gateway/self_answers.h"
#include "gateway/tracing.h"
#include "gateway/upstream_call.h"

namespace glassgate {
namespace {

// From the outside in. The trace id comes first, because everything after it may want to name the request; the log
// stands around whatever decides, so that a refusal is a line as any other.
const Chain chain(tracing, access_log);

bool find_route(Exchange& x) {
  const RouteMatch match = x.runtime->routes().match(
      {x.request.method, x.host, x.path, x.target.query, x.request.fields});
  if (match.route == nullptr) {
    x.allow = match.allow;
    return x.fail(match.allow.empty() ? Error::no_route : Error::method_not_allowed);
  }
  x.route = match.route;
  x.upstream = &x.runtime->upstream_of(match.index);
  return true;
}

// Who may be picked. (Health will have its say here.)
Candidates healthy_candidates(const Exchange& x) {
  return Candidates(x.upstream->backends.size(), true);
}

bool pick_backend(Exchange& x, const Candidates& candidates) {
  const auto picked = x.upstream->balancer->pick(candidates, "");
  if (!picked) return x.fail(Error::no_healthy_backend);
  x.backend = x.upstream->backends[*picked].get();
  x.backend->picks.fetch_add(1, std::memory_order_relaxed);
  return true;
}

bool call_backend(Exchange& x) {
  ++x.attempts;
  x.error = UpstreamCall(x, *x.backend).run();
  if (is_backends_fault(x.error)) x.backend->failures.fetch_add(1, std::memory_order_relaxed);
  return x.error == Error::none;
}

}  // namespace

void handle(Exchange& x) {
  chain(proxy)(x);
}

void proxy(Exchange& x) {
  if (x.error != Error::none) return answer_error(x);
  if (is_last_hop(x)) return answer_as_last_hop(x);
  if (!find_route(x)) return answer_error(x);
  const Candidates candidates = healthy_candidates(x);
  if (!pick_backend(x, candidates)) return answer_error(x);
  if (!call_backend(x)) return answer_error(x);
}

}  // namespace glassgate
