#include "gateway/runtime.h"

#include <doctest/doctest.h>

#include <atomic>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "support/socket_pair.h"

namespace glassgate {
namespace {

std::shared_ptr<const Config> config_of(const std::string& yaml) {
  ConfigResult result = parse_config("listen: 127.0.0.1:0\n" + yaml);
  REQUIRE(result.config);
  return result.config;
}

std::shared_ptr<const Runtime> runtime_of(const std::string& yaml, const Runtime* previous = nullptr) {
  return std::make_shared<const Runtime>(config_of(yaml), previous);
}

std::string upstream(const std::string& name, const std::string& backends, const std::string& more = "") {
  return "  " + name + ":\n    backends: [" + backends + "]\n" + more;
}

std::string two_upstreams(const std::string& a, const std::string& b, const std::string& more_for_a = "") {
  return "upstreams:\n" + upstream("a", a, more_for_a) + upstream("b", b) +
         "routes:\n  - {path: /, upstream: b}\n  - {path: /a, upstream: a}\n";
}

TEST_CASE("a snapshot has the file's upstreams and backends, in its order, and each route knows its own") {
  const auto runtime = runtime_of(two_upstreams("one:1, two:2", "three:3"));
  REQUIRE(runtime->upstreams().size() == 2);
  CHECK(runtime->upstreams()[0].config->name == "a");
  REQUIRE(runtime->upstreams()[0].backends.size() == 2);
  CHECK(runtime->upstreams()[0].backends[0]->name == "one:1");
  CHECK(runtime->upstreams()[0].backends[1]->name == "two:2");
  CHECK(&runtime->upstream_of(0) == &runtime->upstreams()[1]);
  CHECK(&runtime->upstream_of(1) == &runtime->upstreams()[0]);
}

TEST_CASE("routes of the short form have upstreams of their own, also where they share a path") {
  const auto runtime = runtime_of(
      "routes:\n  - {path: /a, backends: [one:1]}\n  - {path: /a, methods: [GET], backends: [two:2]}\n"
      "  - {path: /, backends: [one:1]}\n");
  CHECK(runtime->upstream_of(0).backends[0]->name == "one:1");
  CHECK(runtime->upstream_of(1).backends[0]->name == "two:2");
  CHECK(&runtime->upstream_of(0) != &runtime->upstream_of(2));
  CHECK(runtime->upstream_of(0).backends[0] != runtime->upstream_of(2).backends[0]);  // a backend an upstream
}

TEST_CASE("nothing of a snapshot can be changed through it, but what hangs on it lives (I1)") {
  const auto runtime = runtime_of(two_upstreams("one:1", "two:2"));
  static_assert(std::is_const_v<std::remove_reference_t<decltype(runtime->config())>>);
  static_assert(std::is_const_v<std::remove_reference_t<decltype(runtime->upstreams())>>);
  static_assert(std::is_const_v<std::remove_reference_t<decltype(runtime->routes())>>);
  const Backend* backend = runtime->upstreams()[0].backends[0].get();
  runtime->upstreams()[0].backends[0]->picks.add();
  CHECK(runtime->upstreams()[0].balancer->pick({true}, "") == size_t{0});
  CHECK(runtime->upstreams()[0].backends[0].get() == backend);
  CHECK(backend->picks.value() == 1);
}

TEST_CASE("a backend that both files name under one upstream is the same object; any other is new (I2)") {
  const auto before = runtime_of(two_upstreams("one:1, two:2", "one:1"));
  const auto after = runtime_of(two_upstreams("three:3, two:2", "two:2, one:1"), before.get());
  const auto& old_a = before->upstreams()[0].backends;
  const auto& new_a = after->upstreams()[0].backends;
  CHECK(new_a[1] == old_a[1]);
  CHECK(new_a[0]->name == "three:3");
  CHECK(new_a[0] != old_a[0]);
  const auto& new_b = after->upstreams()[1].backends;
  CHECK(new_b[1] == before->upstreams()[1].backends[0]);
  CHECK(new_b[0] != old_a[1]);  // the same address under another upstream is another backend
}

TEST_CASE("what happened to a backend before is known after (I2)") {
  const auto before = runtime_of(two_upstreams("one:1", "two:2"));
  before->upstreams()[0].backends[0]->failures.add(7);
  const InFlight request(*before->upstreams()[0].backends[0]);
  const auto after = runtime_of(two_upstreams("two:2, one:1", "two:2"), before.get());
  CHECK(after->upstreams()[0].backends[1]->failures.value() == 7);
  CHECK(after->upstreams()[0].backends[1]->in_flight == 1);
  CHECK(after->upstreams()[0].backends[0]->failures.value() == 0);
}

TEST_CASE("an upstream's pool, counts and retry budget are carried over by the upstream's name (I2)") {
  const auto before = runtime_of(two_upstreams("one:1", "two:2"));
  const auto after = runtime_of(two_upstreams("three:3", "two:2", "    pool: {max_idle: 5}\n"), before.get());
  for (const size_t i : {size_t{0}, size_t{1}}) {
    CHECK(after->upstreams()[i].pool == before->upstreams()[i].pool);
    CHECK(after->upstreams()[i].counts == before->upstreams()[i].counts);
    CHECK(after->upstreams()[i].retry_budget == before->upstreams()[i].retry_budget);
  }
  CHECK(before->upstreams()[0].pool != before->upstreams()[1].pool);
  const auto renamed = runtime_of("upstreams:\n" + upstream("c", "one:1") + "routes: [{path: /, upstream: c}]\n",
                                  after.get());
  CHECK(renamed->upstreams()[0].pool != after->upstreams()[0].pool);
  CHECK(renamed->upstreams()[0].counts != after->upstreams()[0].counts);
}

TEST_CASE("the pool of an upstream that is gone keeps nothing, however long its snapshot is held") {
  RuntimeHolder holder;
  holder.swap_in(runtime_of(two_upstreams("one:1", "two:2")));
  const auto held = holder.current();
  const Upstream& gone = held->upstreams()[0];
  std::vector<test::Peer> peers;
  const auto put = [&] {
    test::SocketPair pair = test::connected_pair();
    peers.push_back(std::move(pair.theirs));
    gone.pool->put(*gone.backends[0], http::Connection(std::move(pair.ours)), TimePoint{});
    return gone.pool->idle(*gone.backends[0]);
  };
  CHECK(put() == 1);
  holder.swap_in(
      runtime_of("upstreams:\n" + upstream("b", "two:2") + "routes: [{path: /, upstream: b}]\n", held.get()));
  CHECK(gone.pool->idle(*gone.backends[0]) == 0);
  CHECK(put() == 0);
  for (test::Peer& peer : peers) CHECK(peer.read_to_end().empty());
}

TEST_CASE("the pool of an upstream that stays keeps as much as the new file says") {
  RuntimeHolder holder;
  holder.swap_in(runtime_of(two_upstreams("one:1", "two:2")));
  const auto held = holder.current();
  const Upstream& a = held->upstreams()[0];
  test::SocketPair pair = test::connected_pair();
  a.pool->put(*a.backends[0], http::Connection(std::move(pair.ours)), TimePoint{});
  CHECK(a.pool->idle(*a.backends[0]) == 1);
  holder.swap_in(runtime_of(two_upstreams("one:1", "two:2", "    pool: {max_idle: 0}\n"), held.get()));
  CHECK(a.pool->idle(*a.backends[0]) == 0);
}

TEST_CASE("a snapshot that is made and not swapped in changes nothing of what lives on") {
  RuntimeHolder holder;
  holder.swap_in(runtime_of(two_upstreams("one:1", "two:2", "    health: {passive: {min_requests: 1}}\n")));
  const auto before = holder.current();
  const auto after = runtime_of(two_upstreams("one:1", "two:2"), before.get());
  Health& health = before->upstreams()[0].backends[0]->health;
  health.record_request(false, TimePoint{});
  CHECK_FALSE(health.healthy(TimePoint{}));
  holder.swap_in(after);
  CHECK(health.healthy(TimePoint{}));
}

TEST_CASE("the settings are those of the new file, and the old snapshot keeps its own") {
  const auto before = runtime_of(two_upstreams("one:1", "two:2"));
  const auto after = runtime_of(two_upstreams("one:1", "two:2", "    connect_timeout: 1s\n"), before.get());
  CHECK(before->upstreams()[0].config->connect_timeout == std::chrono::seconds(5));
  CHECK(after->upstreams()[0].config->connect_timeout == std::chrono::seconds(1));
  CHECK(&after->config() != &before->config());
}

TEST_CASE("a snapshot that is held across a swap stays whole") {
  RuntimeHolder holder;
  holder.swap_in(runtime_of(two_upstreams("one:1", "two:2")));
  const auto held = holder.current();
  const auto names = [](const Runtime& runtime) { return runtime.upstreams()[0].backends[0]->name; };
  holder.swap_in(runtime_of(two_upstreams("three:3", "two:2"), held.get()));
  CHECK(names(*holder.current()) == "three:3");
  CHECK(names(*held) == "one:1");
  const http::Fields none;
  const RouteMatch match = held->routes().match({"GET", "", "/a/x", "", none});
  REQUIRE(match.route != nullptr);
  CHECK(match.route->upstream == "a");
  holder.let_go_of_unused();
  CHECK(held.use_count() == 2);  // it is in use
}

TEST_CASE("a replaced snapshot is freed by whoever keeps house, when nobody uses it any more") {
  RuntimeHolder holder;
  holder.swap_in(runtime_of(two_upstreams("one:1", "two:2")));
  const std::weak_ptr<const Runtime> before = holder.current();
  {
    const auto held = holder.current();
    holder.swap_in(runtime_of(two_upstreams("three:3", "two:2"), held.get()));
    holder.let_go_of_unused();
    CHECK(holder.older_in_use() == 1);
  }
  CHECK(holder.older_in_use() == 0);  // also before it is freed
  CHECK_FALSE(before.expired());
  holder.let_go_of_unused();
  CHECK(before.expired());
}

TEST_CASE("snapshots are swapped while many threads take them, and nobody sees half of one") {
  RuntimeHolder holder;
  holder.swap_in(runtime_of(two_upstreams("one:1", "one:1")));
  std::atomic<bool> stop{false};
  std::atomic<int> torn{0};
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto runtime = holder.current();
        if (runtime->upstream_of(0).backends[0]->name != runtime->upstream_of(1).backends[0]->name) ++torn;
      }
    });
  }
  for (int i = 2; i < 60; ++i) {
    const std::string backend = "name:" + std::to_string(i);
    holder.swap_in(runtime_of(two_upstreams(backend, backend), holder.current().get()));
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
  CHECK(torn == 0);
}

}  // namespace
}  // namespace glassgate
