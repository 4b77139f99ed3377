#include "gateway/explanation.h"

#include <doctest/doctest.h>

#include <string>
#include <thread>
#include <vector>

#include "support/manual_clock.h"

namespace glassgate {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using test::ManualClock;

TEST_CASE("a step takes the time since the one before it, the first since the beginning") {
  ManualClock clock;
  Explanation explanation(clock);
  clock.advance(milliseconds(3));
  explanation.note("router", "/api", "because");
  explanation.note("health", "ok");
  clock.advance(microseconds(1234));
  explanation.note("connect", "reused");
  REQUIRE(explanation.steps().size() == 3);
  CHECK(explanation.steps()[0].stage == "router");
  CHECK(explanation.steps()[0].decision == "/api");
  CHECK(explanation.steps()[0].why == "because");
  CHECK(explanation.steps()[0].took == milliseconds(3));
  CHECK(explanation.steps()[1].took == Duration::zero());
  CHECK(explanation.steps()[1].why.empty());
  CHECK(explanation.steps()[2].took == microseconds(1234));
}

TEST_CASE("Server-Timing names the stages in order, with milliseconds, and what was decided") {
  ManualClock clock;
  Explanation explanation(clock);
  CHECK(explanation.server_timing().empty());
  clock.advance(microseconds(1500));
  explanation.note("router", "GET /api {X: v2}");
  CHECK(explanation.server_timing() == R"(router;dur=1.500;desc="GET /api {X: v2}")");
  clock.advance(std::chrono::seconds(12));
  explanation.note("first_byte", "200");
  CHECK(explanation.server_timing() ==
        R"(router;dur=1.500;desc="GET /api {X: v2}", first_byte;dur=12000.000;desc="200")");
}

TEST_CASE("why a stage decided so is not in Server-Timing: it may hold what a client sent (I1)") {
  const ManualClock clock;
  Explanation explanation(clock);
  explanation.note("gateway", "allowed", "key M4rk\r\nSet-Cookie: a=b");
  CHECK(explanation.server_timing() == R"(gateway;dur=0.000;desc="allowed")");
}

TEST_CASE("a decision can end neither its quotes nor the field, whatever the configuration's names are (I1)") {
  const ManualClock clock;
  Explanation explanation(clock);
  std::string every_byte;
  for (int c = 0; c < 256; ++c) every_byte += static_cast<char>(c);
  explanation.note("router", every_byte);
  const std::string field = explanation.server_timing();
  const std::string start = "router;dur=0.000;desc=\"";
  REQUIRE(field.starts_with(start));
  REQUIRE(field.ends_with("\""));
  const std::string inside = field.substr(start.size(), field.size() - start.size() - 1);
  CHECK(inside.size() == 256);
  for (const char c : inside) CHECK((c >= ' ' && c <= '~' && c != '"' && c != '\\'));
  CHECK(inside.find("abcxyz") == std::string::npos);
  CHECK(inside.find("ABCDEFGHIJKLMNOPQRSTUVWXYZ") != std::string::npos);
}

ExplainBook::Entry entry(size_t number) {
  const std::string id = "id-" + std::to_string(number);
  return {id, "json of " + id, "text of " + id};
}

TEST_CASE("the book keeps the last 256, newest first") {
  ExplainBook book;
  CHECK(book.newest_first().empty());
  const size_t n = ExplainBook::kept + 10;
  CHECK(ExplainBook::kept == 256);
  for (size_t i = 0; i < n; ++i) book.add(entry(i));
  const auto entries = book.newest_first();
  REQUIRE(entries.size() == ExplainBook::kept);
  for (size_t i = 0; i < entries.size(); ++i) REQUIRE(entries[i].trace_id == "id-" + std::to_string(n - 1 - i));
  CHECK(book.find("id-9").json.empty());
  CHECK(book.find("id-10").json == "json of id-10");
  CHECK(book.find("id-265").text == "text of id-265");
}

TEST_CASE("of two with one id the newest is found, and of none nothing") {
  ExplainBook book;
  book.add({"same", "old", "old"});
  book.add({"same", "new", "new"});
  book.add({"other", "other", "other"});
  CHECK(book.find("same").json == "new");
  CHECK(book.find("sam").json.empty());
  CHECK(book.find("").json.empty());
}

TEST_CASE("many threads may add and read at once: every entry is whole") {
  ExplainBook book;
  std::vector<std::thread> writers;
  for (size_t t = 0; t < 4; ++t) {
    writers.emplace_back([&book, t] {
      for (size_t i = 0; i < 500; ++i) book.add(entry(t * 1000 + i));
    });
  }
  for (int i = 0; i < 100; ++i) {
    for (const auto& each : book.newest_first()) REQUIRE(each.json == "json of " + each.trace_id);
  }
  for (std::thread& writer : writers) writer.join();
  CHECK(book.newest_first().size() == ExplainBook::kept);
}

}  // namespace
}  // namespace glassgate
