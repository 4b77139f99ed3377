// Bodies that go past the program, through a pipe.
#include <doctest/doctest.h>

#include <string>

#include "http/body.h"
#include "support/socket_pair.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::connected_pair;
using test::SocketPair;

constexpr Duration soon = 20ms;
constexpr Duration generous = 20s;
constexpr HeadLimits limits{1024, 4};
const std::string next_message = "GET /next HTTP/1.1\r\n";

TEST_CASE("only what is left of a known length, with nothing buffered, can go past the program (I3)") {
  for (const BodyFraming framing : {BodyFraming{BodyFraming::Kind::chunked, 0},
                                    BodyFraming{BodyFraming::Kind::until_close, 0}, BodyFraming::of_length(0)}) {
    Connection from;
    CHECK(BodyReader(from, framing, limits).left_to_splice() == 0);
  }
  Connection from;
  BodyReader reader(from, BodyFraming::of_length(10), limits);
  CHECK(reader.left_to_splice() == 10);
  from.in.append("1234");
  CHECK(reader.left_to_splice() == 0);
  CHECK(reader.next_buffered().data == "1234");
  CHECK(reader.left_to_splice() == 6);
  from.in.append("567890x");
  CHECK(reader.next_buffered().data == "567890");
  CHECK(reader.left_to_splice() == 0);
  CHECK(from.in.view() == "x");
}

TEST_CASE("a body that goes past the program ends at its last byte, and what follows stays (I1) (I2) (I3)") {
  const std::string body = "hello world";
  SocketPair pair = connected_pair();
  SocketPair to = connected_pair();
  Connection from(std::move(pair.ours));
  BodyReader reader(from, BodyFraming::of_length(body.size()), limits);
  Pipe pipe = *Pipe::open();
  pair.theirs.send(body.substr(0, 7));
  CHECK(reader.next_into(pipe) == IoStatus::ok);
  CHECK_FALSE(reader.done());
  CHECK(reader.missing() == body.size() - pipe.bytes());
  to.ours.write_from(pipe, generous);
  pair.theirs.send(body.substr(7) + next_message);
  while (!reader.done()) {
    REQUIRE(reader.next_into(pipe) == IoStatus::ok);
    to.ours.write_from(pipe, generous);
  }
  CHECK(reader.bytes_read() == body.size());
  CHECK(reader.next_into(pipe) == IoStatus::closed);
  CHECK(reader.next_buffered().status == BodyStatus::end);
  CHECK(to.theirs.read_exactly(body.size()) == body);
  CHECK(from.fill(generous) == IoStatus::ok);
  CHECK(from.in.view() == next_message);
}

TEST_CASE("what is buffered of a body never goes behind what is not (I1)") {
  SocketPair pair = connected_pair();
  Connection from(std::move(pair.ours));
  BodyReader reader(from, BodyFraming::of_length(10), limits);
  Pipe pipe = *Pipe::open();
  from.in.append("12345");
  pair.theirs.send("67890");
  CHECK(reader.next_into(pipe) == IoStatus::closed);
  CHECK(pipe.empty());
  CHECK(reader.next(generous).data == "12345");
  CHECK(reader.next_into(pipe) == IoStatus::ok);
}

TEST_CASE("a body that is cut past the program, or stops coming, is not complete, and next() says why (I2)") {
  const struct {
    std::string what;
    void (*end)(test::Peer&);
    BodyStatus status;
  } rows[] = {
      {"closed", [](test::Peer& peer) { peer.close(); }, BodyStatus::cut},
      {"reset", [](test::Peer& peer) { peer.reset(); }, BodyStatus::cut},
      {"silent", [](test::Peer&) {}, BodyStatus::timed_out},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    SocketPair pair = connected_pair();
    Connection from(std::move(pair.ours));
    BodyReader reader(from, BodyFraming::of_length(10), limits);
    Pipe pipe = *Pipe::open();
    pair.theirs.send("12345");
    while (pipe.bytes() < 5) REQUIRE(reader.next_into(pipe) == IoStatus::ok);
    row.end(pair.theirs);
    CHECK(reader.next_into(pipe) != IoStatus::ok);
    CHECK_FALSE(reader.done());
    CHECK(reader.next(soon).status == row.status);
    CHECK(reader.has_failed());
    CHECK(reader.left_to_splice() == 0);
  }
}

}  // namespace
}  // namespace glassgate::http
