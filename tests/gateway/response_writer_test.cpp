#include "gateway/response_writer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "support/socket_pair.h"

namespace glassgate {
namespace {

using namespace std::chrono_literals;
using http::BodyFraming;
using test::connected_pair;
using test::eventually;
using test::SocketPair;

const std::string head = "HTTP/1.1 200 OK\r\nX: y\r\n\r\n";

struct Fixture {
  explicit Fixture(SocketPair ends = connected_pair()) : pair(std::move(ends)) { writer.set_timeout(20s); }
  std::string sent() {
    pair.ours.shutdown_write();
    return pair.theirs.read_to_end();
  }

  SocketPair pair;
  ResponseWriter writer{pair.ours};
};

TEST_CASE("a head waits for the first bytes of its body, or for a flush") {
  Fixture f;
  f.writer.head(200, std::pmr::string(head), BodyFraming::Kind::length);
  CHECK(f.pair.theirs.read_available().empty());
  CHECK_FALSE(f.writer.has_begun());
  CHECK(f.writer.status() == 0);
  CHECK(f.writer.flush());
  CHECK(f.writer.status() == 200);
  CHECK(f.writer.has_begun());
  CHECK(f.pair.theirs.read_head() == head);
  CHECK(f.writer.write("hello", false));
  CHECK_FALSE(f.writer.is_complete());
  CHECK(f.writer.write("", true));
  CHECK(f.writer.is_complete());
  CHECK(f.writer.bytes() == 5);
  CHECK(f.sent() == "hello");
}

TEST_CASE("interim heads come before the final one, and never after it (I1)") {
  Fixture f;
  CHECK(f.writer.interim("HTTP/1.1 103 Early Hints\r\n\r\n"));
  CHECK(f.writer.interim("HTTP/1.1 100 Continue\r\n\r\n"));
  CHECK(f.writer.status() == 0);
  CHECK_FALSE(f.writer.has_begun());
  f.writer.head(204, "HTTP/1.1 204 No Content\r\n\r\n", BodyFraming::Kind::none);
  CHECK(f.writer.write("", true));
  CHECK_FALSE(f.writer.interim("HTTP/1.1 103 Early Hints\r\n\r\n"));
  CHECK(f.sent() == "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
}

TEST_CASE("a head that was not sent yet can still be replaced, and only one is sent (I1)") {
  Fixture f;
  f.writer.head(200, std::pmr::string(head), BodyFraming::Kind::chunked);
  f.writer.head(502, "HTTP/1.1 502 Bad Gateway\r\n\r\n", BodyFraming::Kind::length);
  CHECK(f.writer.write("no", true));
  CHECK(f.writer.status() == 502);
  CHECK(f.sent() == "HTTP/1.1 502 Bad Gateway\r\n\r\nno");
}

TEST_CASE("after a failed write nothing more is written (I2)") {
  Fixture f;
  f.pair.theirs.reset();
  f.writer.head(200, std::pmr::string(head), BodyFraming::Kind::length);
  while (f.writer.write("x", false)) {
  }
  CHECK(f.writer.has_begun());
  const uint64_t bytes = f.writer.bytes();
  SocketPair fresh = connected_pair();
  f.pair.ours = std::move(fresh.ours);
  CHECK_FALSE(f.writer.write("y", true));
  CHECK_FALSE(f.writer.flush());
  CHECK_FALSE(f.writer.is_complete());
  CHECK(f.writer.bytes() == bytes);
  f.pair.ours.close();
  CHECK(fresh.theirs.read_to_end().empty());
}

TEST_CASE("an answer of which not a byte could be sent has no status and no bytes") {
  Fixture f;
  f.pair.theirs.reset();
  CHECK(eventually([&] { return f.pair.ours.write_all("x", 20s).status != http::IoStatus::ok; }));
  f.writer.head(200, std::pmr::string(head), BodyFraming::Kind::length);
  CHECK_FALSE(f.writer.write("hello", true));
  CHECK(f.writer.status() == 0);
  CHECK(f.writer.bytes() == 0);
}

TEST_CASE("of a piece that was sent in part, that part is counted, and nothing of what frames it") {
  for (const auto framing : {BodyFraming::Kind::length, BodyFraming::Kind::chunked}) {
    Fixture f{connected_pair(true)};
    f.writer.set_timeout(50ms);
    f.writer.head(200, std::pmr::string(head), framing);
    const std::string piece(10'000'000, 'x');  // more than all buffers on the way hold
    CHECK_FALSE(f.writer.write(piece, true));
    CHECK(f.writer.status() == 200);
    const std::string sent = f.sent();
    CHECK(f.writer.bytes() == static_cast<uint64_t>(std::count(sent.begin(), sent.end(), 'x')));
    CHECK(f.writer.bytes() > 0);
  }
}

TEST_CASE("after a failed interim head there is no final one (I2)") {
  Fixture f;
  f.pair.theirs.reset();
  while (f.writer.interim("HTTP/1.1 103 Early Hints\r\n\r\n")) {
  }
  f.writer.head(200, std::pmr::string(head), BodyFraming::Kind::length);
  CHECK_FALSE(f.writer.write("x", true));
}

TEST_CASE("only the end of a chunked body looks like one (I3)") {
  Fixture f;
  f.writer.head(200, std::pmr::string(head), BodyFraming::Kind::chunked);
  CHECK(f.writer.write("hello", false));
  CHECK(f.writer.write("", false));
  CHECK(f.pair.theirs.read_exactly(head.size() + 10) == head + "5\r\nhello\r\n");
  CHECK(f.pair.theirs.read_available().empty());
  SUBCASE("abandoned") {
    CHECK(f.sent().empty());
  }
  SUBCASE("ended") {
    CHECK(f.writer.write("!", true, "X-Sum: 6\r\n"));
    CHECK(f.sent() == "1\r\n!\r\n0\r\nX-Sum: 6\r\n\r\n");
    CHECK(f.writer.bytes() == 6);
  }
}

}  // namespace
}  // namespace glassgate
