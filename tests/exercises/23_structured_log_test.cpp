// The exercises of docs/lessons/23-structured-logs.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "23_sampling.h"
#include "gateway/access_log.h"
#include "gateway/answers.h"
#include "support/json_reader.h"
#include "support/test_exchange.h"

namespace glassgate::exercises {
namespace {

TEST_CASE("exercise 23.1: every failure is in the log, and of what went well one in a few" * doctest::skip()) {
  Sampling sampling(3);
  std::string wanted;
  for (const int status : {200, 404, 200, 502, 200, 0, 200, 200}) wanted += sampling.wants(status) ? '+' : '-';
  CHECK(wanted == "+--+++--");

  Sampling shared(10);
  std::atomic<int> lines{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) lines += shared.wants(200) ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(lines.load() == 3000);
}

void served(Exchange& x) {
  answer_with(x, 200, "text/plain", "hello");
}
void not_found(Exchange& x) {
  x.fail(Error::no_route);
  answer_error(x);
}
void unreachable(Exchange& x) {
  x.fail(Error::backend_unreachable);
  answer_error(x);
}
void not_answered(Exchange&) {}

std::string level_after(Handler handler) {
  test::TestExchange exchange("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
  access_log(exchange.x, Next({}, handler));
  return test::json_of(exchange.close_log().at(0)).at("level").text;
}

TEST_CASE("exercise 23.2: a line about a failure is a warning" * doctest::skip()) {
  CHECK(level_after(served) == "info");
  CHECK(level_after(not_found) == "info");  // the client's mistake
  CHECK(level_after(unreachable) == "warn");
  CHECK(level_after(not_answered) == "warn");
}

}  // namespace
}  // namespace glassgate::exercises
