// http/relay.h, two directions at once.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <thread>

#include "http/relay.h"
#include "support/socket_pair.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::eventually;
using test::Peer;
using test::SocketPair;

constexpr Duration generous = 20s;
constexpr HeadLimits limits{};
constexpr BodyFraming raw{BodyFraming::Kind::until_close, 0};

// Both: client <-> backend, in pieces that only poll() and the flows hold together.
struct BothWays {
  BothWays(BodyFraming from_client, BodyFraming from_backend, bool small = false) {
    SocketPair left = connected_pair(small);
    SocketPair right = connected_pair(small);
    client_wire.socket = std::move(left.ours);
    client = std::move(left.theirs);
    backend_wire.socket = std::move(right.ours);
    backend = std::move(right.theirs);
    request.emplace(client_wire, from_client, limits);
    answer.emplace(backend_wire, from_backend, limits);
    const BodyEncoder plain(BodyFraming::Kind::until_close);
    up.emplace(Flow::Ends{*request, client_wire.socket, backend_wire.socket}, plain);
    down.emplace(Flow::Ends{*answer, backend_wire.socket, client_wire.socket}, plain);
  }
  void half_close_at_ends() {
    up->half_close_at_end();
    down->half_close_at_end();
  }

  Peer client;
  Peer backend;
  Connection client_wire;
  Connection backend_wire;
  std::optional<BodyReader> request;
  std::optional<BodyReader> answer;
  std::optional<Flow> up;
  std::optional<Flow> down;
};

std::string pattern(size_t n) {
  std::string out(n, '\0');
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<char>(i * 31 + i / 256);
  return out;
}

TEST_CASE("no direction waits for the other one to move (I2)") {
  const std::string body = pattern(1'500'000);
  SUBCASE("the client does not read, and its request goes up all the same") {
    BothWays both(BodyFraming::of_length(body.size()), BodyFraming::of_length(2 * body.size()), true);
    std::thread relay([&] { relay_both(*both.up, *both.down, generous); });
    std::thread backend_writer([&] { both.backend.send(body + body); });
    std::thread client_writer([&] { both.client.send(body); });
    CHECK(both.backend.read_exactly(body.size()) == body);
    client_writer.join();
    CHECK(both.client.read_exactly(2 * body.size()) == body + body);
    relay.join();
    backend_writer.join();
    CHECK(both.up->state() == FlowState::complete);
    CHECK(both.down->state() == FlowState::complete);
  }
  SUBCASE("the backend does not read, and its answer comes down all the same") {
    BothWays both(BodyFraming::of_length(2 * body.size()), BodyFraming::of_length(body.size()), true);
    std::thread relay([&] { relay_both(*both.up, *both.down, generous); });
    std::thread client_writer([&] { both.client.send(body + body); });
    std::thread backend_writer([&] { both.backend.send(body); });
    CHECK(both.client.read_exactly(body.size()) == body);
    relay.join();
    CHECK(both.down->state() == FlowState::complete);
    CHECK(both.up->state() == FlowState::moving);
    both.client_wire.socket.close();
    client_writer.join();
    backend_writer.join();
  }
}

TEST_CASE("an answer goes on when its backend stops reading, and not when the request is broken") {
  SUBCASE("the backend is gone, with the request unread and its answer sent") {
    BothWays both(raw, BodyFraming::of_length(6));
    std::thread client_writer([&] {
      while (both.client.send(std::string(65536, 'x'))) {
      }
    });
    std::thread backend([&] {
      both.backend.read_exactly(1);
      both.backend.send("answer");
      both.backend.close();
    });
    CHECK(relay_both(*both.up, *both.down, generous) == RelayEnd::stopped);
    CHECK(both.down->state() == FlowState::complete);
    CHECK(both.client.read_exactly(6) == "answer");
    both.client_wire.socket.close();
    client_writer.join();
    backend.join();
  }
  SUBCASE("the client's body is cut") {
    BothWays both(BodyFraming::of_length(10), BodyFraming::of_length(10));
    both.client.send("12345");
    both.client.shutdown_write();
    CHECK(relay_both(*both.up, *both.down, generous) == RelayEnd::stopped);
    CHECK(both.up->state() == FlowState::source_cut);
    CHECK(both.down->state() == FlowState::moving);
  }
}

TEST_CASE("a tunnel passes each side's end on and stands until both have ended (I2)") {
  for (const bool client_first : {false, true}) {
    CAPTURE(client_first);
    BothWays both(raw, raw);
    both.half_close_at_ends();
    std::thread relay([&] { relay_tunnel(*both.up, *both.down, generous); });
    Peer& first = client_first ? both.client : both.backend;
    Peer& second = client_first ? both.backend : both.client;
    first.send("first and last");
    first.shutdown_write();
    CHECK(second.read_to_end() == "first and last");
    second.send("after your end");
    CHECK(first.read_exactly(14) == "after your end");
    second.shutdown_write();
    CHECK(first.read_to_end().empty());
    relay.join();
    CHECK(both.up->state() == FlowState::complete);
    CHECK(both.down->state() == FlowState::complete);
  }
}

TEST_CASE("a tunnel ends when one side breaks off") {
  for (const bool client_breaks : {false, true}) {
    CAPTURE(client_breaks);
    BothWays both(raw, raw);
    both.half_close_at_ends();
    std::thread relay([&] { relay_tunnel(*both.up, *both.down, generous); });
    (client_breaks ? both.client : both.backend).reset();
    relay.join();
    CHECK((client_breaks ? both.up : both.down)->state() == FlowState::source_cut);
  }
}

TEST_CASE("behind the backend's end, a client that sends nothing has a pause, and the tunnel ends") {
  BothWays both(raw, raw);
  both.half_close_at_ends();
  both.backend.send("last words");
  both.backend.shutdown_write();
  relay_tunnel(*both.up, *both.down, 10ms);
  CHECK(both.down->state() == FlowState::complete);
  CHECK(both.up->state() == FlowState::moving);
  CHECK(both.client.read_to_end() == "last words");
}

TEST_CASE("a side of a tunnel that reads nothing has a pause, and the tunnel ends") {
  for (const bool client_reads_nothing : {false, true}) {
    CAPTURE(client_reads_nothing);
    BothWays both(raw, raw, true);
    Peer& sender = client_reads_nothing ? both.backend : both.client;
    std::thread writer([&] { sender.send(pattern(3'000'000)); });
    relay_tunnel(*both.up, *both.down, 10ms);
    CHECK((client_reads_nothing ? both.down : both.up)->waits_to_write());
    CHECK(both.up->state() == FlowState::moving);
    CHECK(both.down->state() == FlowState::moving);
    both.client_wire.socket.close();
    both.backend_wire.socket.close();
    writer.join();
  }
}

TEST_CASE("a side that has ended its direction may still break off, and the tunnel ends") {
  for (const bool client_breaks : {false, true}) {
    CAPTURE(client_breaks);
    BothWays both(raw, raw);
    both.half_close_at_ends();
    std::thread relay([&] { relay_tunnel(*both.up, *both.down, generous); });
    Peer& breaking = client_breaks ? both.client : both.backend;
    Peer& other = client_breaks ? both.backend : both.client;
    breaking.shutdown_write();
    CHECK(other.ends());
    breaking.reset();
    relay.join();
    CHECK((client_breaks ? both.up : both.down)->state() == FlowState::complete);
    CHECK((client_breaks ? both.down : both.up)->state() == FlowState::sink_failed);
  }
}

TEST_CASE("a client that has sent all of its request may still break off, and its answer ends") {
  BothWays both(BodyFraming::of_length(4), BodyFraming::of_length(10));
  std::thread relay([&] { relay_both(*both.up, *both.down, generous); });
  both.client.send("body");
  CHECK(both.backend.read_exactly(4) == "body");
  both.client.reset();
  relay.join();
  CHECK(both.up->state() == FlowState::complete);
  CHECK(both.down->state() == FlowState::sink_failed);
}

TEST_CASE("a hang-up in good order behind the end of a direction is no failure, and is waited for once") {
  BothWays both(BodyFraming::of_length(4), BodyFraming::of_length(10));
  both.client.send("body");
  CHECK(eventually([&] {
    both.up->step();
    return both.up->is_stopped();
  }));
  CHECK(both.up->wants().fd == both.client_wire.socket.fd());
  CHECK(both.up->wants().events == 0);
  both.client.shutdown_write();
  both.client_wire.socket.shutdown_write();  // with both directions ended, poll() says POLLHUP
  pollfd entry = both.up->wants();
  CHECK(eventually([&] { return ::poll(&entry, 1, 0) == 1; }));
  CHECK(entry.revents == POLLHUP);
  CHECK_FALSE(both.up->has_broken(entry.revents));
  CHECK(both.up->wants().fd < 0);
  CHECK(both.up->state() == FlowState::complete);
}

TEST_CASE("a pause in which neither direction moves ends both") {
  BothWays both(BodyFraming::of_length(10), BodyFraming::of_length(10));
  CHECK(relay_both(*both.up, *both.down, 20ms) == RelayEnd::timed_out);
}

}  // namespace
}  // namespace glassgate::http
