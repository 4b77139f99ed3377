// A chain of three middlewares around a handler: who is entered and left, and when, for two requests.
//
// The first request gets through. The second is refused by the innermost middleware, which does not call next().
#include "gateway/middleware.h"
#include "gateway/exchange.h"
#include "gateway/services.h"
#include "show/example.h"
#include "show/lanes.h"
#include "support/manual_clock.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {

// Middlewares are plain functions, so what they tell of themselves goes here.
const std::array<const char*, 4> names{"log", "count", "limit", "handler"};
int step = 0;
Example* example = nullptr;
Lanes* lanes = nullptr;

void tell(size_t who, const char* what) {
  example->step({++step, std::string(2 * who, ' ') + names[who], what});
}

// A middleware: its part before, the rest of the chain, its part after.
template <size_t Who>
void pass_on(Exchange& x, const Next& next) {
  const int entered = step + 1;
  tell(Who, "in");
  if (Who != 2 || ++x.attempts == 1) next(x);  // the limit lets one request through, and no more
  tell(Who, "out");
  lanes->span(Who, entered, step, Tone::a);
}

void handler(Exchange&) {
  tell(3, "in");
  tell(3, "out");
  lanes->span(3, step - 1, step, Tone::good);
}

}  // namespace

int main(int argc, char** argv) {
  Example the_example(argc, argv, {{"step"}, {"who", 13}, {"what"}});
  Lanes the_lanes("Chain(log, count, limit)(handler): a request, and one that is refused", "step", 0, 15);
  example = &the_example;
  lanes = &the_lanes;
  for (const char* name : names) lanes->add(name);

  const test::ManualClock clock;
  Log log(clock);
  Services services(clock, log);
  ClientConnection client(http::Socket(-1), {});
  Exchange x(client, services);
  const Chain chain(pass_on<0>, pass_on<1>, pass_on<2>);
  chain(handler)(x);
  chain(handler)(x);
  example->draw(lanes->svg());
}
