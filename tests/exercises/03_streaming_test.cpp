// The exercises of docs/lessons/03-streaming.md. Take out a skip() to work on one.
#include <doctest/doctest.h>
#include <poll.h>

#include <string>
#include <thread>

#include "03_relay_body.h"
#include "03_watermarks.h"
#include "support/socket_pair.h"

namespace glassgate::exercises {
namespace {

using namespace std::chrono_literals;
using test::SocketPair;

TEST_CASE("exercise 03.1: reading stops at the high mark, and begins again at the low one" * doctest::skip()) {
  Watermarks marks(25, 100);
  CHECK(marks.may_read());
  marks.add(99);
  CHECK(marks.may_read());
  marks.add(1);
  CHECK_FALSE(marks.may_read());
  marks.drain(50);
  CHECK_FALSE(marks.may_read());  // half empty, and still on its way down
  marks.drain(25);
  CHECK(marks.may_read());
  marks.add(74);
  CHECK(marks.may_read());  // on its way up
  marks.add(60);
  CHECK_FALSE(marks.may_read());
  marks.drain(marks.waiting());
  CHECK(marks.may_read());
}

bool comes_within(int milliseconds, const test::Peer& peer) {
  pollfd entry{peer.fd(), POLLIN, 0};
  return ::poll(&entry, 1, milliseconds) == 1;
}

TEST_CASE("exercise 03.2: the first half of a body arrives before the second half was sent" * doctest::skip()) {
  SocketPair left = test::connected_pair();
  SocketPair right = test::connected_pair();
  http::Connection from(std::move(left.ours));
  http::BodyReader body(from, http::BodyFraming::of_length(10), {});
  bool complete = false;
  left.theirs.send("first");
  std::thread relay([&] { complete = relay_body(body, right.ours, 10s); });
  CHECK(comes_within(2000, right.theirs));
  left.theirs.send("after");
  relay.join();
  CHECK(complete);
  right.ours.close();
  CHECK(right.theirs.read_to_end() == test::chunk("first") + test::chunk("after") + std::string(test::last_chunk));

  SocketPair broken = test::connected_pair();
  http::Connection cut(std::move(broken.ours));
  http::BodyReader half(cut, http::BodyFraming::of_length(10), {});
  broken.theirs.send("first");
  broken.theirs.close();
  SocketPair sink = test::connected_pair();
  CHECK_FALSE(relay_body(half, sink.ours, 10s));
  sink.ours.close();
  CHECK(sink.theirs.read_to_end().find(test::last_chunk) == std::string::npos);  // half a body has no end
}

}  // namespace
}  // namespace glassgate::exercises
