#include "gateway/middleware.h"

#include <doctest/doctest.h>

#include <string>

#include "gateway/answers.h"
#include "gateway/tracing.h"
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

// ---- A worked example: a field of one's own in every answer -------------------------------------------------------
//
// A middleware is one function. What it wants in the answer's head has to be in x.extra_fields before next(), because
// the head is written inside; what it wants to know of the answer it reads after next(). To add one to the gateway:
// this function in a file of its own, and its name in the chain of pipeline.cpp.

std::string noted;

void served_by(Exchange& x, const Next& next) {
  x.extra_fields.append("X-Served-By: the-west-wing\r\n");
  next(x);
  noted = std::to_string(x.response.status());
}

// Stands for proxy(): answers, here with an error or a page of its own.
void answering(Exchange& x) {
  if (x.error != Error::none) return answer_error(x);
  answer_with(x, 200, "text/plain", "hello");
}

std::string answer_through(const Next& chain, const std::string& request) {
  test::TestExchange exchange(request);
  exchange.x.response.set_timeout(std::chrono::seconds(5));
  chain(exchange.x);
  return exchange.sent();
}

TEST_CASE("a middleware that sets a header: it is in every answer, once, be it a page or a refusal") {
  static const Chain chain(tracing, served_by);
  for (const auto& [request, status] : {std::pair("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "200"),
                                        {"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", "200"},
                                        {"GET / HTTP/1.1\r\n\r\n", "400"}}) {
    const std::string answer = answer_through(chain(answering), request);
    CAPTURE(answer);
    CHECK(answer.starts_with("HTTP/1.1 " + std::string(status) + " "));
    const std::string field = "\r\nX-Served-By: the-west-wing\r\n";
    CHECK(answer.find(field) != std::string::npos);
    CHECK(answer.find(field) == answer.rfind(field));
    CHECK(answer.find(field) < answer.find("\r\n\r\n"));
    CHECK(noted == status);
  }
}

TEST_CASE("without it in the chain the header is not there") {
  static const Chain chain(tracing);
  const std::string answer = answer_through(chain(answering), "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(answer.find("X-Served-By") == std::string::npos);
}

}  // namespace
}  // namespace glassgate
