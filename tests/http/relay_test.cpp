#include "http/relay.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <thread>

#include "support/gate.h"
#include "support/socket_pair.h"
#include "support/threads.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::chunk;
using test::connected_pair;
using test::last_chunk;
using test::Peer;
using test::SocketPair;

constexpr Duration soon = 20ms;
constexpr Duration generous = 20s;
constexpr HeadLimits limits{};
constexpr BodyFraming chunked{BodyFraming::Kind::chunked, 0};
constexpr BodyFraming raw{BodyFraming::Kind::until_close, 0};

// One direction of an exchange: `source` sends, `sink` receives, the flow is between them.
struct OneWay {
  explicit OneWay(BodyFraming in, BodyFraming::Kind out = BodyFraming::Kind::until_close) {
    SocketPair from = connected_pair();
    SocketPair to = connected_pair(true);
    from_wire.socket = std::move(from.ours);
    source = std::move(from.theirs);
    to_socket = std::move(to.ours);
    sink = std::move(to.theirs);
    body.emplace(from_wire, in, limits);
    flow.emplace(Flow::Ends{*body, from_wire.socket, to_socket}, BodyEncoder(out));
  }

  Peer source;
  Peer sink;
  Connection from_wire;
  Socket to_socket;
  std::optional<BodyReader> body;
  std::optional<Flow> flow;
};

std::string pattern(size_t n) {
  std::string out(n, '\0');
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<char>(i * 31 + i / 256);
  return out;
}

// Steps until the flow has nothing more to do without somebody else.
void settle(Flow& flow) {
  uint64_t before = 0;
  do {
    before = flow.bytes_written();
    flow.step();
  } while (!flow.is_stopped() && flow.bytes_written() != before);
}

TEST_CASE("bytes leave in the order and number in which they came (I1)") {
  const std::string body = pattern(3'000'000);
  const struct {
    std::string what;
    BodyFraming in;
    std::string wire;
  } rows[] = {
      {"a length", BodyFraming::of_length(body.size()), body},
      {"chunks", chunked, chunk(body.substr(0, 1)) + chunk(body.substr(1)) + std::string(last_chunk)},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    OneWay way(row.in);
    const SocketPair silent = connected_pair();
    std::thread sender([&] { way.source.send(row.wire); });
    std::string received;
    std::thread receiver([&] { received = way.sink.read_exactly(body.size()); });
    CHECK(relay_up(*way.flow, silent.ours, generous) == RelayEnd::stopped);
    sender.join();
    receiver.join();
    CHECK(way.flow->state() == FlowState::complete);
    CHECK(way.flow->bytes_written() == body.size());
    CHECK(received == body);
  }
}

TEST_CASE("a body is framed anew, trailers only where they are asked for (I1)") {
  for (const bool pass : {false, true}) {
    CAPTURE(pass);
    OneWay way(chunked, BodyFraming::Kind::chunked);
    Fields fields;
    fields.add("Connection", "x-hop");
    const ConnectionOptions options(fields);
    if (pass) way.flow->pass_trailers(options);
    way.source.send(chunk("he") + chunk("llo") + "0\r\nX-Sum: 5\r\nContent-Length: 9\r\nX-Hop: 1\r\n\r\n");
    const SocketPair silent = connected_pair();
    CHECK(relay_up(*way.flow, silent.ours, generous) == RelayEnd::stopped);
    way.to_socket.close();
    const std::string all = way.sink.read_to_end();
    CHECK(all.ends_with(pass ? "0\r\nX-Sum: 5\r\n\r\n" : "0\r\n\r\n"));
    CHECK(all.find("Content-Length") == std::string::npos);
  }
}

TEST_CASE("a flow is complete only when the receiving socket took its last byte (I3)") {
  const std::string body = pattern(5'000'000);
  OneWay way(BodyFraming::of_length(body.size()));
  std::thread sender([&] { way.source.send(body); });
  test::eventually([&] {
    settle(*way.flow);
    return way.flow->waits_to_write();
  });
  CHECK(way.flow->state() == FlowState::moving);
  CHECK(way.flow->wants().events == POLLOUT);
  CHECK(way.flow->wants().fd == way.to_socket.fd());
  std::string received;
  std::thread receiver([&] { received = way.sink.read_exactly(body.size()); });
  const SocketPair silent = connected_pair();
  CHECK(relay_up(*way.flow, silent.ours, generous) == RelayEnd::stopped);
  CHECK(way.flow->state() == FlowState::complete);
  sender.join();
  receiver.join();
  CHECK(received == body);
}

TEST_CASE("body bytes are counted when they are written, and what frames them is not") {
  const std::string body(5'000'000, 'x');
  OneWay way(BodyFraming::of_length(body.size()), BodyFraming::Kind::chunked);
  std::thread sender([&] { way.source.send(body); });
  test::eventually([&] {
    settle(*way.flow);
    return way.flow->waits_to_write();
  });
  way.to_socket.close();
  const std::string received = way.sink.read_to_end();
  CHECK(way.flow->body_bytes_written() == static_cast<uint64_t>(std::count(received.begin(), received.end(), 'x')));
  CHECK(way.flow->body_bytes_written() < way.flow->bytes_written());
  CHECK(way.flow->body_bytes_written() < way.body->bytes_read());
  way.from_wire.socket.close();
  sender.join();
}

TEST_CASE("why a body did not arrive is told") {
  const struct {
    std::string what;
    BodyFraming in;
    std::string wire;
    FlowState expected;
  } rows[] = {
      {"cut in a length", BodyFraming::of_length(10), "12345", FlowState::source_cut},
      {"cut between chunks", chunked, chunk("12345"), FlowState::source_cut},
      {"no chunk", chunked, chunk("12345") + "zz\r\n", FlowState::source_malformed},
      {"too large", chunked, chunk("12345") + chunk("67890123456"), FlowState::too_large},
      {"as large as it may be", chunked, chunk("1234567890") + std::string(last_chunk), FlowState::complete},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    OneWay way(row.in);
    way.flow->limit(10);
    way.source.send(row.wire);
    way.source.shutdown_write();
    const SocketPair silent = connected_pair();
    CHECK(relay_up(*way.flow, silent.ours, generous) == RelayEnd::stopped);
    CHECK(way.flow->state() == row.expected);
    CHECK(way.flow->bytes_written() <= 10);
  }
}

TEST_CASE("a flow at rest holds no buffer, unless there are bytes in it that have to go on") {
  OneWay way(raw);
  way.source.send("all of it goes on");
  settle(*way.flow);
  CHECK(way.sink.read_exactly(17) == "all of it goes on");
  CHECK(way.from_wire.in.holds_memory());
  way.flow->rest();
  CHECK_FALSE(way.from_wire.in.holds_memory());
  way.source.send("again");
  way.flow->step();
  CHECK(way.sink.read_exactly(5) == "again");

  const std::string large = pattern(1'000'000);
  std::thread sender([&] { way.source.send(large); });
  std::string received;
  while (!way.flow->waits_to_write()) way.flow->step();
  way.flow->rest();
  CHECK(way.from_wire.in.holds_memory());
  std::thread receiver([&] { received = way.sink.read_exactly(large.size()); });
  while (way.flow->bytes_written() < 17 + 5 + large.size() && !way.flow->is_stopped()) way.flow->step();
  sender.join();
  receiver.join();
  CHECK(received == large);
}

TEST_CASE("a receiver that is gone stops the flow") {
  OneWay way(raw);
  way.sink.reset();
  const SocketPair silent = connected_pair();
  std::thread sender([&] {
    while (way.source.send("on and on")) {
    }
  });
  CHECK(relay_up(*way.flow, silent.ours, generous) == RelayEnd::stopped);
  CHECK(way.flow->state() == FlowState::sink_failed);
  way.from_wire.socket.close();
  sender.join();
}

TEST_CASE("a request goes up until the backend has something to say, or ends") {
  for (const bool by_end : {false, true}) {
    OneWay way(BodyFraming::of_length(1000));
    SocketPair backend = connected_pair();
    way.source.send("some of it");
    if (by_end) backend.theirs.close();
    if (!by_end) backend.theirs.send("HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(relay_up(*way.flow, backend.ours, generous) == RelayEnd::readable);
    CHECK(way.flow->state() == FlowState::moving);
  }
}

TEST_CASE("a pause that is too long ends it, whoever makes it") {
  const SocketPair silent = connected_pair();
  OneWay no_source(BodyFraming::of_length(1000));
  CHECK(relay_up(*no_source.flow, silent.ours, soon) == RelayEnd::timed_out);
  CHECK_FALSE(no_source.flow->waits_to_write());

  OneWay no_sink(raw);
  std::thread sender([&] {
    while (no_sink.source.send(std::string(65536, 'x'))) {
    }
  });
  CHECK(relay_up(*no_sink.flow, silent.ours, 200ms) == RelayEnd::timed_out);
  CHECK(no_sink.flow->waits_to_write());
  no_sink.from_wire.socket.close();
  sender.join();
}

// Reads a little, and for longer in all than one pause may be.
TEST_CASE("a receiver that is slow but steady makes no pause") {
  OneWay way(BodyFraming::of_length(120'000));
  way.source.send(std::string(120'000, 'x'));
  std::thread receiver([&] {
    for (size_t got = 0; got < 120'000; got += way.sink.read_exactly(4000).size()) ::poll(nullptr, 0, 30);
  });
  const SocketPair silent = connected_pair();
  CHECK(relay_up(*way.flow, silent.ours, 800ms) == RelayEnd::stopped);
  CHECK(way.flow->state() == FlowState::complete);
  receiver.join();
}

// The watched socket speaks late in a pause. What is moved behind that has a whole pause again.
TEST_CASE("a pause counts from the last byte, however often the relay was left and begun again") {
  OneWay way(BodyFraming::of_length(20));
  SocketPair backend = connected_pair();
  constexpr Duration pause = 2400ms;
  test::Threads peers;
  peers.start([&] {  // each time a second before it is too late, for a machine that stands still in between
    std::this_thread::sleep_for(1200ms);
    backend.theirs.send("H");
    std::this_thread::sleep_for(200ms);
    way.source.send("0123456789");
    std::this_thread::sleep_for(1400ms);
    way.source.send("0123456789");
  });
  way.flow->begin_pause();
  CHECK(relay_up(*way.flow, backend.ours, pause) == RelayEnd::readable);
  const SocketPair silent = connected_pair();
  CHECK(relay_up(*way.flow, silent.ours, pause) == RelayEnd::stopped);
  CHECK(way.flow->state() == FlowState::complete);
  peers.join();
}

}  // namespace
}  // namespace glassgate::http
