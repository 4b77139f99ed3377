// The exercises of docs/lessons/25-the-middleware-chain.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

#include "25_in_flight.h"
#include "25_only_for.h"
#include "support/test_exchange.h"

namespace glassgate::exercises {
namespace {

int seen_inside = 0;

void looks(Exchange&) {
  seen_inside = requests_inside;
}
void throws(Exchange&) {
  throw std::runtime_error("inside");
}
const Chain counted(count_inside);

void nested(Exchange& x) {
  counted(looks)(x);
}

TEST_CASE("exercise 25.1: who is over is not inside any more, also when something was thrown" * doctest::skip()) {
  test::TestExchange exchange("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  requests_inside = 0;
  counted(looks)(exchange.x);
  CHECK(seen_inside == 1);
  CHECK(requests_inside == 0);
  counted(nested)(exchange.x);
  CHECK(seen_inside == 2);
  CHECK(requests_inside == 0);
  CHECK_THROWS_WITH(counted(throws)(exchange.x), "inside");
  CHECK(requests_inside == 0);
}

std::string steps;

bool is_post(const Exchange& x) {
  return x.request.method == "POST";
}
void marks(Exchange& x, const Next& next) {
  steps += "(";
  next(x);
  steps += ")";
}
void refuses(Exchange&, const Next&) {
  steps += "no";
}
void handles(Exchange&) {
  steps += "handled";
}

std::string steps_of(const std::string& method, const Next& chain) {
  test::TestExchange exchange(method + " / HTTP/1.1\r\nHost: h\r\n\r\n");
  steps.clear();
  chain(exchange.x);
  return steps;
}

TEST_CASE("exercise 25.2: those that it does not apply to pass by, and go on through the chain" * doctest::skip()) {
  static const Chain marking(marks, only_for<is_post, marks>);
  CHECK(steps_of("POST", marking(handles)) == "((handled))");
  CHECK(steps_of("GET", marking(handles)) == "(handled)");
  static const Chain refusing(only_for<is_post, refuses>, marks);
  CHECK(steps_of("POST", refusing(handles)) == "no");
  CHECK(steps_of("GET", refusing(handles)) == "(handled)");
}

}  // namespace
}  // namespace glassgate::exercises
