#include "http/body.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "support/socket_pair.h"

namespace glassgate::http {
namespace {

using namespace std::chrono_literals;
using test::chunk;
using test::connected_pair;
using test::last_chunk;
using test::SocketPair;

constexpr Duration soon = 20ms;
constexpr Duration generous = 20s;
constexpr HeadLimits limits{1024, 4};
constexpr BodyFraming chunked{BodyFraming::Kind::chunked, 0};
constexpr BodyFraming until_close{BodyFraming::Kind::until_close, 0};

struct Message {
  std::string what;
  BodyFraming framing;
  std::string wire;
  std::string body;
};

const std::string next_message = "GET /next HTTP/1.1\r\n";

std::vector<Message> delimited_messages() {
  return {
      {"nothing", BodyFraming::of_length(0), "", ""},
      {"one byte", BodyFraming::of_length(1), "x", "x"},
      {"a length", BodyFraming::of_length(11), "hello world", "hello world"},
      {"no chunk", chunked, std::string(last_chunk), ""},
      {"chunks", chunked, chunk("hello") + chunk(" ") + chunk("world!") + std::string(last_chunk), "hello world!"},
      {"extensions", chunked, "5;a=b;c=\"d\"\r\nhello\r\n000;x\r\n\r\n", "hello"},
      {"trailers", chunked, chunk("hi") + "0\r\nX-Sum: 7\r\nX-More: 8\r\n\r\n", "hi"},
  };
}

// A body that is taken off a connection piece by piece, as it comes.
struct Taken {
  std::string body;
  BodyStatus last = BodyStatus::data;
};

Taken take_all(BodyReader& reader, Duration timeout = generous) {
  Taken taken;
  while (taken.last == BodyStatus::data && !reader.done()) {
    const BodyPiece piece = reader.next(timeout);
    taken.last = piece.status;
    taken.body += piece.data;
  }
  if (reader.done()) taken.last = BodyStatus::end;
  return taken;
}

std::string take_buffered(BodyReader& reader) {
  std::string out;
  for (;;) {
    const BodyPiece piece = reader.next_buffered();
    if (piece.status != BodyStatus::data) return out;
    out += piece.data;
  }
}

TEST_CASE("the pieces are the body, wherever the bytes were cut, and what follows stays (I1) (I3)") {
  for (const Message& message : delimited_messages()) {
    const std::string wire = message.wire + next_message;
    for (size_t cut = 0; cut <= wire.size(); ++cut) {
      CAPTURE(message.what);
      CAPTURE(cut);
      Connection from;
      BodyReader reader(from, message.framing, limits);
      from.in.append(wire.substr(0, cut));
      std::string body = take_buffered(reader);
      CHECK(reader.done() == (cut >= message.wire.size()));
      from.in.append(wire.substr(cut));
      body += take_buffered(reader);
      CHECK(body == message.body);
      CHECK(reader.done());
      CHECK(reader.bytes_read() == body.size());
      CHECK(reader.next_buffered().status == BodyStatus::end);
      CHECK(from.in.view() == next_message);
    }
  }
}

TEST_CASE("a body that drips is the same body (I1)") {
  for (const Message& message : delimited_messages()) {
    CAPTURE(message.what);
    Connection from;
    BodyReader reader(from, message.framing, limits);
    std::string body;
    for (const char byte : message.wire) {
      from.in.append({&byte, 1});
      body += take_buffered(reader);
    }
    CHECK(body == message.body);
    CHECK(reader.done());
  }
}

TEST_CASE("a body that ends before its framing says so is cut, never ended (I2)") {
  for (const Message& message : delimited_messages()) {
    for (size_t cut = 0; cut < message.wire.size(); ++cut) {
      for (const bool by_reset : {false, true}) {
        CAPTURE(message.what);
        CAPTURE(cut);
        SocketPair pair = connected_pair();
        Connection from(std::move(pair.ours));
        pair.theirs.send(message.wire.substr(0, cut));
        if (by_reset) pair.theirs.reset();
        pair.theirs.close();
        BodyReader reader(from, message.framing, limits);
        const Taken taken = take_all(reader);
        CHECK(taken.last == BodyStatus::cut);
        CHECK(message.body.starts_with(taken.body));
        CHECK(reader.has_failed());
        CHECK_FALSE(reader.done());
        CHECK(reader.next(soon).status == BodyStatus::cut);
      }
    }
  }
}

TEST_CASE("a body without a length ends with its connection, if that ends in good order (I2)") {
  for (const bool by_reset : {false, true}) {
    CAPTURE(by_reset);
    SocketPair pair = connected_pair();
    Connection from(std::move(pair.ours));
    BodyReader reader(from, until_close, limits);
    pair.theirs.send("all of it");
    CHECK(reader.next(generous).data == "all of it");
    CHECK_FALSE(reader.done());
    CHECK_FALSE(reader.missing().has_value());
    if (by_reset) pair.theirs.reset();
    pair.theirs.close();
    CHECK(reader.next(generous).status == (by_reset ? BodyStatus::cut : BodyStatus::end));
    CHECK(reader.done() == !by_reset);
  }
}

TEST_CASE("chunks that are none are malformed, and stay so (I2)") {
  const std::string too_long_trailer = "0\r\nX: " + std::string(2000, 'x') + "\r\n\r\n";
  const std::vector<std::string> wires{"x\r\n",
                                       "-5\r\nhello\r\n",
                                       "5\nhello\r\n",
                                       "5\r\nhello!\r\n",
                                       "0\r\nno colon\r\n\r\n",
                                       "0x5\r\n",
                                       "\r\n",
                                       "5\r\nhello\n",
                                       "ffffffffffffffff1",
                                       "0\r\n folded: 1\r\n\r\n",
                                       "0\r\nA : 1\r\n\r\n",
                                       "0\r\nA: 1\nB: 2\r\n\r\n",
                                       too_long_trailer,
                                       "0\r\nA: 1\r\nB: 2\r\nC: 3\r\nD: 4\r\nE: 5\r\n\r\n"};
  for (const std::string& wire : wires) {
    CAPTURE(wire);
    Connection from;
    BodyReader reader(from, chunked, limits);
    from.in.append(wire);
    BodyStatus last = BodyStatus::data;
    while (last == BodyStatus::data) last = reader.next_buffered().status;
    CHECK(last == BodyStatus::malformed);
    CHECK(reader.has_failed());
    CHECK_FALSE(reader.done());
    CHECK(reader.next_now().status == BodyStatus::cut);
  }
}

TEST_CASE("a body that stops coming is timed out") {
  for (const BodyFraming framing : {chunked, until_close, BodyFraming::of_length(10)}) {
    SocketPair pair = connected_pair();
    Connection from(std::move(pair.ours));
    BodyReader reader(from, framing, limits);
    pair.theirs.send("5\r\nhe");
    CHECK(reader.next(generous).status == BodyStatus::data);
    CHECK(reader.next_now().status == BodyStatus::would_block);
    CHECK(reader.next(soon).status == BodyStatus::timed_out);
    CHECK(reader.has_failed());
  }
}

TEST_CASE("a chunked body has its trailers when it is done, and not before") {
  Connection from;
  BodyReader reader(from, chunked, limits);
  from.in.append(chunk("hi") + "0\r\nX-Sum: 7\r\nx-sum:8 \r\n");
  CHECK(take_buffered(reader) == "hi");
  CHECK(reader.trailers().size() == 0);
  CHECK_FALSE(reader.missing().has_value());
  from.in.append("\r\n");
  CHECK(reader.next_buffered().status == BodyStatus::end);
  REQUIRE(reader.trailers().size() == 2);
  CHECK(reader.trailers().begin()->name == "X-Sum");
  CHECK((reader.trailers().begin() + 1)->value == "8");
  CHECK(reader.missing() == 0);
}

TEST_CASE("what is missing of a body with a length is known") {
  Connection from;
  BodyReader reader(from, BodyFraming::of_length(10), limits);
  CHECK(reader.missing() == 10);
  from.in.append("1234");
  CHECK(reader.next_buffered().data == "1234");
  CHECK(reader.missing() == 6);
  from.in.append("567890x");
  CHECK(reader.next_buffered().data == "567890");
  CHECK(reader.missing() == 0);
  CHECK(reader.done());
}

TEST_CASE("only what is buffered is looked at, or only what has arrived, when that is asked for") {
  SocketPair pair = connected_pair();
  Connection from(std::move(pair.ours));
  BodyReader reader(from, BodyFraming::of_length(5), limits);
  CHECK(reader.next_now().status == BodyStatus::would_block);
  pair.theirs.send("hello");
  CHECK(test::eventually([&] { return !from.socket.is_quiet(); }));
  CHECK(reader.next_buffered().status == BodyStatus::would_block);
  CHECK(reader.next_now().data == "hello");
}

TEST_CASE("a piece that is dropped leaves the connection to others (I3)") {
  Connection from;
  {
    BodyReader reader(from, BodyFraming::of_length(4), limits);
    from.in.append("bodyrest");
    CHECK(reader.next_buffered().data == "body");
    CHECK(from.in.view() == "bodyrest");
    reader.drop_piece();
    CHECK(from.in.view() == "rest");
    reader.drop_piece();
  }
  CHECK(from.in.view() == "rest");
}

}  // namespace
}  // namespace glassgate::http
