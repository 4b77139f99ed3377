// The exercises of docs/lessons/26-graceful-shutdown.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "26_drainer.h"
#include "26_stop_order.h"
#include "support/socket_pair.h"

namespace glassgate::exercises {
namespace {

using namespace std::chrono_literals;

const TimePoint start{100s};

struct Client {
  test::SocketPair pair = test::connected_pair();
  ClientConnection connection{std::move(pair.ours), {}};
};

TEST_CASE("exercise 26.1: idle ones are ended, busy ones have their time, and what is left is cut" * doctest::skip()) {
  ConnectionRegistry registry;
  Client idle;
  Client busy;
  for (Client* client : {&idle, &busy}) registry.add(client->connection);
  idle.connection.mark_idle(start - 20ms);
  Drainer drainer(registry, start, 200ms);

  CHECK_FALSE(drainer.step(start));
  CHECK_FALSE(idle.connection.is_ending());  // it had an answer 20 ms ago
  CHECK_FALSE(drainer.step(start + 30ms));
  CHECK(idle.connection.is_ending());
  CHECK_FALSE(idle.connection.is_cut());
  registry.remove(idle.connection);
  CHECK_FALSE(drainer.step(start + 199ms));
  CHECK_FALSE(busy.connection.is_cut());
  CHECK(drainer.step(start + 200ms));
  CHECK(busy.connection.is_cut());
  CHECK(drainer.cut() == 1);
  registry.remove(busy.connection);

  ConnectionRegistry empty;
  Drainer at_once(empty, start, 200ms);
  CHECK(at_once.step(start));
  CHECK(at_once.cut() == 0);
}

TEST_CASE("exercise 26.2: who gives work to others is stopped before them" * doctest::skip()) {
  const std::vector<std::string> parts{"log", "housekeeper", "workers", "prober", "listener", "reloader"};
  const std::vector<GivesWork> arrows{{"listener", "workers"}, {"listener", "log"},        {"workers", "log"},
                                      {"reloader", "prober"},  {"prober", "log"},          {"reloader", "log"},
                                      {"workers", "prober"},   {"listener", "housekeeper"}};
  const std::vector<std::string> order = stop_order(parts, arrows);
  CHECK(order.size() == parts.size());
  const auto place = [&](const std::string& part) { return std::find(order.begin(), order.end(), part); };
  for (const GivesWork& arrow : arrows) {
    CAPTURE(arrow.from);
    CAPTURE(arrow.to);
    CHECK(place(arrow.from) < place(arrow.to));
  }
  CHECK(stop_order({"a", "b"}, {{"a", "b"}, {"b", "a"}}).empty());
  CHECK(stop_order({"a"}, {}) == std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace glassgate::exercises
