#include "gateway/middleware.h"

#include <doctest/doctest.h>

#include <string>

#include "support/test_exchange.h"

namespace glassgate {
namespace {

// Middleware are plain functions, so what they did has to be noted here.
std::string steps;

void outer(Exchange& x, const Next& next) {
  steps += "outer(";
  next(x);
  steps += ")outer";
}
void middle(Exchange& x, const Next& next) {
  steps += "middle(";
  next(x);
  steps += ")middle";
}
void inner(Exchange& x, const Next& next) {
  steps += "inner(";
  next(x);
  steps += ")inner";
}
void refusing(Exchange&, const Next&) {
  steps += "refused";
}
void twice(Exchange& x, const Next& next) {
  next(x);
  next(x);
}
void throwing(Exchange& x, const Next& next) {
  next(x);
  throw std::runtime_error("after");
}
void handler(Exchange&) {
  steps += "handler";
}
void other_handler(Exchange&) {
  steps += "other";
}

std::string steps_of(const Next& chain) {
  test::TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  steps.clear();
  chain(exchange.x);
  return steps;
}

TEST_CASE("Chain(a, b, c)(h) is a(b(c(h)))") {
  static const Chain chain(outer, middle, inner);
  CHECK(steps_of(chain(handler)) == "outer(middle(inner(handler)inner)middle)outer");
  static const Chain reversed(inner, middle, outer);
  CHECK(steps_of(reversed(handler)) == "inner(middle(outer(handler)outer)middle)inner");
}

TEST_CASE("a chain of one, and the same one twice") {
  static const Chain one(outer);
  CHECK(steps_of(one(handler)) == "outer(handler)outer");
  static const Chain same(inner, inner);
  CHECK(steps_of(same(handler)) == "inner(inner(handler)inner)inner");
}

TEST_CASE("who does not call next ends the request there, and who stands outside still sees its end") {
  static const Chain chain(outer, refusing, inner);
  CHECK(steps_of(chain(handler)) == "outer(refused)outer");
}

TEST_CASE("a chain keeps nothing of a call: it can be called again, and around another handler") {
  static const Chain chain(outer, inner);
  CHECK(steps_of(chain(handler)) == steps_of(chain(handler)));
  CHECK(steps_of(chain(other_handler)) == "outer(inner(other)inner)outer");
  static const Chain repeating(twice, inner);
  CHECK(steps_of(repeating(handler)) == "inner(handler)innerinner(handler)inner");
}

TEST_CASE("what is thrown inside goes out through the chain") {
  static const Chain chain(outer, throwing, inner);
  CHECK_THROWS_WITH(steps_of(chain(handler)), "after");
  CHECK(steps == "outer(inner(handler)inner");
}

}  // namespace
}  // namespace glassgate
