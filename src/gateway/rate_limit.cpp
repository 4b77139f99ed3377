#include "gateway/rate_limit.h"

#include "gateway/answers.h"

namespace glassgate {

// A request that is already refused costs no budget: nothing more is done for it.
void rate_limit(Exchange& x, const Next& next) {
  const auto& limiter = x.runtime->door_limiter();
  if (limiter && x.error == Error::none && !limiter->admits(x)) return answer_error(x);
  next(x);
}

}  // namespace glassgate
