#include "http/connect.h"

#include <doctest/doctest.h>
#include <netdb.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "support/hanging_resolver.h"
#include "support/listening.h"
#include "support/no_descriptors.h"
#include "support/scripted_upstream.h"
#include "support/shifted_clock.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::Listening;
using test::loopback;
using test::Silent;

constexpr Duration generous = 20s;

TEST_CASE("a connection is opened to an address of either family") {
  const struct {
    int family;
    std::string host;
  } rows[] = {{AF_INET, "127.0.0.1"}, {AF_INET6, "::1"}};
  for (const auto& row : rows) {
    CAPTURE(row.host);
    const Listening listening(row.family);
    if (!listening.works()) continue;
    const ConnectResult result = connect_to(row.host, listening.port(), generous);
    CHECK(result.status == ConnectStatus::connected);
    CHECK(result.socket.is_open());
    CHECK(result.socket.is_quiet());
  }
}

TEST_CASE("the same name leads to whichever of its addresses answers") {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  REQUIRE(getaddrinfo("localhost", nullptr, &hints, &list) == 0);
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    CAPTURE(entry->ai_family);
    const Listening only_there(entry->ai_family);
    if (!only_there.works()) continue;
    CHECK(connect_to("localhost", only_there.port(), generous).status == ConnectStatus::connected);
    CHECK(Socket(only_there.accept()).is_open());
  }
  freeaddrinfo(list);
}

TEST_CASE("why there is no connection is told") {
  CHECK(connect_to("127.0.0.1", test::unused_port(), generous).status == ConnectStatus::refused);
  CHECK(connect_to("localhost", test::unused_port(), generous).status == ConnectStatus::refused);
  CHECK(connect_to("no-such-host.invalid", 80, generous).status == ConnectStatus::unresolved);
  CHECK(connect_to("", 80, generous).status != ConnectStatus::connected);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    CAPTURE(host);
    const test::NoDescriptors none;
    CHECK(connect_to(host, 80, generous).status == ConnectStatus::no_resources);
  }
  const Silent silent;
  const ConnectResult result = connect_to("127.0.0.1", silent.port(), 100ms);
  CHECK(result.status == ConnectStatus::timed_out);
  CHECK_FALSE(result.socket.is_open());
}

TEST_CASE("the addresses of a name are tried one after the other, the silent ones for their share of the time") {
  const Listening alive(AF_INET);
  const Silent silent;
  const SocketAddress dead = loopback(AF_INET, test::unused_port());
  const SocketAddress dead_v6 = loopback(AF_INET6, test::unused_port());
  const struct {
    std::string what;
    std::vector<SocketAddress> addresses;
    Duration timeout;
    ConnectStatus expected;
  } rows[] = {
      {"IPv6 is dead, IPv4 is not", {dead_v6, alive.address()}, generous, ConnectStatus::connected},
      {"IPv4 is dead, IPv4 is not", {dead, alive.address()}, generous, ConnectStatus::connected},
      {"the first takes it", {alive.address(), dead}, generous, ConnectStatus::connected},
      {"a silent one first", {silent.address(), alive.address()}, 1s, ConnectStatus::connected},
      {"dead and silent, then alive", {dead, silent.address(), dead_v6, alive.address()}, 2s, ConnectStatus::connected},
      {"all are dead", {dead_v6, dead}, generous, ConnectStatus::refused},
      {"all are silent", {silent.address(), silent.address()}, 100ms, ConnectStatus::timed_out},
      {"no time at all", {alive.address()}, Duration::zero(), ConnectStatus::timed_out},
      {"no address at all", {}, generous, ConnectStatus::unresolved},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    const ConnectResult result = connect_to_any(row.addresses, std::chrono::steady_clock::now() + row.timeout);
    CHECK(result.status == row.expected);
    CHECK(result.socket.is_open() == (row.expected == ConnectStatus::connected));
  }
}

TEST_CASE("what an address said is not forgotten where there is no descriptor for the next one") {
  const Silent silent;
  const Listening alive(AF_INET);
  std::optional<test::NoDescriptors> none;
  const Waiting take_all = [&](const Socket* waiting) {
    if (waiting == nullptr) return true;
    none.emplace();
    waiting->shutdown_both();
    return true;
  };
  const TimePoint deadline = std::chrono::steady_clock::now() + generous;
  CHECK(connect_to_any({silent.address(), alive.address()}, deadline, take_all).status == ConnectStatus::refused);
}

TEST_CASE("whoever waits for a peer can be told to stop, by its socket or before it begins") {
  const Silent silent;
  const TimePoint deadline = std::chrono::steady_clock::now() + generous;
  const Listening alive(AF_INET);
  CHECK(connect_to_any({alive.address(), alive.address()}, deadline, [](const Socket*) { return false; }).status ==
        ConnectStatus::refused);
  std::vector<bool> shown;
  const Waiting note = [&](const Socket* waiting) {
    shown.push_back(waiting != nullptr);
    return true;
  };
  CHECK(connect_to_any({alive.address()}, deadline, note).status == ConnectStatus::connected);
  CHECK(shown == std::vector<bool>{true, false});

  int told = 0;
  const Waiting stop = [&](const Socket* waiting) {
    ++told;
    if (told == 1) waiting->shutdown_both();  // once, as soon as it is known
    return told == 1;
  };
  CHECK(connect_to_any({silent.address(), silent.address()}, deadline, stop).status == ConnectStatus::refused);
  CHECK(std::chrono::steady_clock::now() < deadline);
}

TEST_CASE("whoever waits for a resolver is asked now and then whether to go on, and not kept when not") {
  const test::HangingResolver resolver;
  int asked = 0;
  const Waiting twice = [&](const Socket* waiting) {
    CHECK(waiting == nullptr);
    return ++asked < 2;
  };
  CHECK(connect_to(test::hanging_name, 80, generous, twice).status == ConnectStatus::unresolved);
  CHECK(asked == 2);
  CHECK(connect_to(test::hanging_name, 80, 100ms).status == ConnectStatus::unresolved);
  CHECK(test::eventually([&] { return resolver.waiting() >= 1; }));
}

TEST_CASE("a name that hangs takes few look-ups, however often and for however long it is asked for") {
  const test::HangingResolver resolver;
  for (int i = 0; i < 10; ++i) {
    CAPTURE(i);
    const test::ShiftedClock earlier(2s * (i - 10), CLOCK_MONOTONIC);  // so each look-up is old for the next one
    CHECK(connect_to(test::hanging_name, 81, 1ms).status == ConnectStatus::unresolved);
    REQUIRE(test::eventually([&] { return resolver.waiting() == std::min(i + 1, 4); }));
  }
}

TEST_CASE("when as many look-ups hang as may, it is told apart from a name that is unknown") {
  const test::HangingResolver resolver;
  for (uint16_t port = 1; port <= max_lookups; ++port) {
    CHECK(connect_to(test::hanging_name, port, 1ms).status == ConnectStatus::unresolved);
  }
  const TimePoint begin = std::chrono::steady_clock::now();
  CHECK(connect_to(test::hanging_name, 1000, generous).status == ConnectStatus::no_lookup);
  CHECK(connect_to("localhost", test::unused_port(), generous).status == ConnectStatus::no_lookup);
  CHECK(std::chrono::steady_clock::now() - begin < generous);
  CHECK(connect_to("127.0.0.1", test::unused_port(), generous).status == ConnectStatus::refused);
}

// The address of somebody who called and is gone: its port is one of those that the kernel picks for who connects.
SocketAddress former_caller(const Listening& called) {
  ConnectResult caller = connect_to_any({called.address()}, std::chrono::steady_clock::now() + generous);
  REQUIRE(caller.status == ConnectStatus::connected);
  SocketAddress out;
  out.size = sizeof out.storage;
  getsockname(caller.socket.fd(), reinterpret_cast<sockaddr*>(&out.storage), &out.size);
  caller.socket.reset_at_close();  // otherwise nobody would get the port for a minute
  return out;
}

// The kernel picks the ports of outgoing connections from the same range; sooner or later it picks the very port that
// is called, and then, without a check, the caller has reached itself. Afterwards, nobody can have it for a minute.
TEST_CASE("nobody is ever connected to itself") {
  const int family = Listening(AF_INET6).works() ? AF_INET6 : AF_INET;
  const SocketAddress nobody = former_caller(Listening(family));
  const auto is_free = [&] {
    const Socket probe(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    return ::bind(probe.fd(), nobody.get(), nobody.size) == 0;
  };
  int connected = 0;
  for (int i = 0; i < 200'000 && (i % 100 != 0 || is_free()); ++i) {
    const ConnectResult result = connect_to_any({nobody}, std::chrono::steady_clock::now() + generous);
    if (result.status == ConnectStatus::connected) ++connected;
  }
  CHECK(connected == 0);
}

}  // namespace
}  // namespace glassgate::http
