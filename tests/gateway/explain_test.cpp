#include "gateway/explain.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/json_reader.h"
#include "support/test_exchange.h"

namespace glassgate {
namespace {

using test::Json;
using test::json_of;
using test::TestExchange;

const std::string get = "GET /api/x HTTP/1.1\r\nHost: h\r\n\r\n";

TestExchange::Setup setup(bool explain) {
  TestExchange::Setup out;
  out.config = std::string("explain: ") + (explain ? "true" : "false") +
               "\nroutes:\n  - {path: /api, backends: [one:1]}\n  - {path: /api, methods: [POST], backends: [two:2]}\n"
               "  - {path: /other, backends: [three:3]}\n";
  return out;
}

test::ManualClock* moving = nullptr;

// Stands for everything inside: notes two steps, 5 ms apart.
void two_steps(Exchange& x) {
  x.detail = x.explanation ? "explained" : "not explained";
  if (!x.explanation) return;
  x.explanation->note("first", "one", "why \x1b[31m");
  moving->advance(std::chrono::milliseconds(5));
  x.explanation->note("second", "two");
  x.fail(Error::no_route);
}

std::vector<ExplainBook::Entry> entries_after(TestExchange& exchange) {
  moving = &exchange.clock;
  exchange.x.trace_id = "my-id";
  explain(exchange.x, Next({}, two_steps));
  return exchange.services.explain_book.newest_first();
}

TEST_CASE("off, nothing is noted and nothing is kept") {
  TestExchange exchange(get, setup(false));
  CHECK(entries_after(exchange).empty());
  CHECK(exchange.x.detail == "not explained");
  CHECK(exchange.x.explanation == nullptr);
}

TEST_CASE("on, the account is kept as JSON, with the request, its outcome, and every step") {
  TestExchange exchange(get, setup(true));
  const auto entries = entries_after(exchange);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].trace_id == "my-id");
  const Json json = json_of(entries[0].json);
  CHECK(json.names ==
        std::vector<std::string>{"trace_id", "time", "method", "path", "status", "error", "total_ms", "steps"});
  CHECK(json.at("trace_id").text == "my-id");
  CHECK(json.at("time").text == "2024-02-29T13:00:00.000Z");
  CHECK(json.at("method").text == "GET");
  CHECK(json.at("path").text == "/api/x");
  CHECK(json.at("status").text == "0");
  CHECK(json.at("error").text == info(Error::no_route).word);
  CHECK(json.at("total_ms").text == "5.000");
  REQUIRE(json.at("steps").items.size() == 3);
  const Json& first = json.at("steps").at(0);
  CHECK(first.names == std::vector<std::string>{"stage", "decision", "why", "ms"});
  CHECK(first.at("stage").text == "first");
  CHECK(first.at("decision").text == "one");
  CHECK(first.at("why").text == "why \x1b[31m");
  CHECK(first.at("ms").text == "0.000");
  CHECK(json.at("steps").at(1).at("ms").text == "5.000");
  CHECK(json.at("steps").at(2).at("stage").text == "answer");
}

TEST_CASE("and as a table, a line a step, in which no byte moves a cursor") {
  TestExchange exchange(get, setup(true));
  const auto entries = entries_after(exchange);
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].text ==
        "GET /api/x -> 0 in 5.000 ms  my-id\n"
        "  first            0.000 ms  one                      why \\u001b[31m\n"
        "  second           5.000 ms  two                      \n"
        "  answer           0.000 ms  0                        no_route\n");
}

TEST_CASE("a decision longer than its column is cut, and never inside a character") {
  for (size_t ahead = 20; ahead <= 26; ++ahead) {
    CAPTURE(ahead);
    TestExchange exchange(get, setup(true));
    static std::string decision;
    decision = std::string(ahead, 'x') + "\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC\xE2\x82\xAC";
    explain(exchange.x, Next({}, [](Exchange& x) { x.explanation->note("long", decision); }));
    const std::string text = exchange.services.explain_book.newest_first().at(0).text;
    const size_t line = text.find("  long");
    CHECK(test::read_json("\"" + text.substr(line, text.find('\n', line) - line) + "\""));
  }
}

TEST_CASE("routing is explained: who won, and why those on the same path did not") {
  TestExchange exchange(get, setup(true));
  exchange.x.explanation = std::make_unique<Explanation>(exchange.clock);
  exchange.route();
  explain_routing(exchange.x);
  REQUIRE(exchange.x.explanation->steps().size() == 1);
  const Explanation::Step& step = exchange.x.explanation->steps()[0];
  CHECK(step.stage == "router");
  CHECK(step.decision == "/api");
  CHECK(step.why == "/api: wins; POST /api: its methods do not match; 1 with other paths");
}

TEST_CASE("a request that no route takes is explained as well") {
  TestExchange exchange("GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", setup(true));
  exchange.x.explanation = std::make_unique<Explanation>(exchange.clock);
  explain_routing(exchange.x);
  CHECK(exchange.x.explanation->steps().at(0).decision == "no route");
  CHECK(exchange.x.explanation->steps().at(0).why == "3 with other paths");
}

}  // namespace
}  // namespace glassgate
