// Memory that runs out in the gateway: one allocation of a request after the other fails, then all of them for a while.
// A request or a connection may end of it, the process may not, and nothing is left behind.
#include <doctest/doctest.h>

#include <algorithm>
#include <list>
#include <string>
#include <vector>

#include "base/arena.h"
#include "support/failing_new.h"
#include "support/fleet.h"

namespace glassgate::test {
namespace {

const std::string closing = "Host: h\r\nConnection: close\r\n";

struct Shape {
  std::string name;
  std::string request;
};

const std::vector<Shape> shapes{
    {"a GET", "GET /a HTTP/1.1\r\n" + closing + "Cookie: session=" + std::string(300, 'x') + "\r\n\r\n"},
    {"an upload in chunks", "POST /a HTTP/1.1\r\n" + closing + "Transfer-Encoding: chunked\r\n\r\n" +
                                chunk(std::string(20'000, 'x')) + std::string(last_chunk)},
    {"no route", "GET /nowhere HTTP/1.1\r\n" + closing + "\r\n"},
    {"malformed", "GET /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: " + std::string(100, 'x') + "\r\n\r\n"},
};

// Everything that may be switched on around a request is.
std::string all_of_it(const std::vector<std::string>& addresses) {
  std::string list;
  for (const std::string& address : addresses) list.append(list.empty() ? "" : ", ").append(address);
  return "explain: true\nrate_limit: {requests: 1000000, window: 1s}\nupstreams:\n  u:\n    backends: [" + list +
         "]\n    balancer: consistent_hash\n    hash_on: cookie:session\n    retries: 1\n"
         "    circuit_breaker: {max_failures: 2, open_for: 1h}\n    health: {passive: {}}\n"
         "routes:\n  - {path: /a, upstream: u}\n";
}

// Nothing, or one whole answer.
bool is_in_order(const std::string& answer, bool to_good_request) {
  if (answer.empty()) return true;
  const bool is_whole = answer.find("\r\n\r\n") != std::string::npos;
  const bool is_one = answer.find("HTTP/1.1 ", 1) == std::string::npos;
  const bool is_ours = answer.starts_with("HTTP/1.1 500 ") || answer.starts_with("HTTP/1.1 503 ");
  return is_whole && is_one && (!to_good_request || is_ours || answer.starts_with("HTTP/1.1 200 "));
}

bool is_torn(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 200 ") && !answer.ends_with("backend");
}

// Of those whose answer went out whole, none is logged with an error.
void check_logged_as_served(const TestGateway& gateway, size_t torn) {
  const std::vector<std::string> lines = gateway.access_lines();
  const auto is_error = [](const std::string& line) {
    return json_field(line, "status") == "200" && json_field(line, "error") != "-";
  };
  CHECK(static_cast<size_t>(std::count_if(lines.begin(), lines.end(), is_error)) <= torn);
}

void wait_until_nobody_works(const TestGateway& gateway) {
  const auto is_quiet = [&] { return gateway.admin("/status").find("\"busy\":0}") != std::string::npos; };
  if (!eventually(is_quiet)) throw TestTimeout("a worker is still at it: " + gateway.admin("/status"));
}

// As if nothing had happened.
void check_recovered(const TestGateway& gateway) {
  CHECK(gateway.exchange(shapes[0].request).starts_with("HTTP/1.1 200 "));
  wait_until_nobody_works(gateway);
  const Json status = json_of(gateway.admin("/status"));
  CHECK(status.at("connections").at("open").text == "0");
  for (const Json& backend : status.at("upstreams").at(0).at("backends").items) {
    CHECK(backend.at("in_flight").text == "0");
    CHECK(backend.at("failures").text == "0");
    CHECK(backend.at("circuit").at("state").text == "closed");
  }
}

// `times` in a row: with more than one, what is done about the first fails, too.
void sweep(const Shape& shape, int times) {
  CAPTURE(shape.name);
  CAPTURE(times);
  NamedUpstream backend("backend");
  const TestGateway gateway(all_of_it({backend.address()}));
  int reached = 0;
  size_t torn = 0;
  std::list<Arena> hoard;
  for (bool more = true; more; ++reached) {
    CAPTURE(reached);
    CHECK(hoard.emplace_back().allocate(1) != nullptr);  // the block that the last request left: so this one has to ask
    const FailingNew failing("conn-", reached + 1, times);
    const std::string answer = gateway.exchange(shape.request);
    wait_until_nobody_works(gateway);
    CHECK(is_in_order(answer, &shape < &shapes[2]));
    CHECK(gateway.access_lines().size() <= static_cast<size_t>(reached) + 1);
    torn += is_torn(answer) ? 1 : 0;
    more = failing.failures() > 0;
  }
  CHECK(reached > 10);
  check_recovered(gateway);
  check_logged_as_served(gateway, torn);
}

TEST_CASE("whichever allocation of a request fails, only that request may end of it") {
  for (const Shape& shape : shapes) {
    for (const int times : {1, 2, 5, 100}) sweep(shape, times);
  }
}

}  // namespace
}  // namespace glassgate::test
