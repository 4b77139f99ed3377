#include "http/connection.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/deep_stack.h"

namespace glassgate::http {
namespace {

constexpr Duration no_time = Duration::zero();
constexpr Duration long_time = std::chrono::seconds(20);
constexpr HeadLimits roomy{4096, 100};

// A Connection and the other end of its socket. Of a SOCK_SEQPACKET pair, a read gives what one write() put in and no
// more, so that a test decides where the bytes are cut.
struct Pair {
  explicit Pair(int type = SOCK_STREAM) {
    int fds[2];
    REQUIRE(::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds) == 0);
    connection = Connection(Socket(fds[0]));
    peer = fds[1];
  }
  ~Pair() { end(); }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void write(std::string_view bytes) const {
    REQUIRE(::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size()));
  }
  void end() {
    if (peer >= 0) ::close(std::exchange(peer, -1));
  }
  HeadRead read(const HeadLimits& limits, EmptyLines empty_lines, Duration timeout = long_time) {
    return read_head(connection, limits, empty_lines, timeout, head);
  }

  Connection connection;
  int peer = -1;
  std::pmr::string head;
};

struct Row {
  std::string bytes;
  EmptyLines empty_lines;
  HeadRead result;  // when the peer ends its side behind `bytes`
  std::string head = "";
  std::string rest = "";
};

const std::vector<Row> table{
    {"GET / HTTP/1.1\r\n\r\n", EmptyLines::skip, HeadRead::complete, "GET / HTTP/1.1\r\n\r\n"},
    {"GET / HTTP/1.1\r\nA: b\r\n\r\nrest", EmptyLines::skip, HeadRead::complete, "GET / HTTP/1.1\r\nA: b\r\n\r\n",
     "rest"},
    {"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n", EmptyLines::skip, HeadRead::complete, "GET /1 HTTP/1.1\r\n\r\n",
     "GET /2 HTTP/1.1\r\n\r\n"},
    {"GET / HTTP/1.1\r\n\r\n\r\n", EmptyLines::skip, HeadRead::complete, "GET / HTTP/1.1\r\n\r\n", "\r\n"},
    {"\r\nGET / HTTP/1.1\r\n\r\n", EmptyLines::skip, HeadRead::complete, "GET / HTTP/1.1\r\n\r\n"},
    {"\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\nx", EmptyLines::skip, HeadRead::complete, "GET / HTTP/1.1\r\n\r\n", "x"},
    {"\nGET / HTTP/1.1\r\n\r\n", EmptyLines::skip, HeadRead::malformed},
    {"\r\n\nGET / HTTP/1.1\r\n\r\n", EmptyLines::skip, HeadRead::malformed},
    {"\rGET / HTTP/1.1\r\n\r\n", EmptyLines::skip, HeadRead::malformed},
    {"\r\r\nGET / HTTP/1.1\r\n\r\n", EmptyLines::skip, HeadRead::malformed},
    {"GET / HTTP/1.1\n\n", EmptyLines::skip, HeadRead::malformed},
    {"GET / HTTP/1.1\r\nA: b\n\r\n", EmptyLines::skip, HeadRead::malformed},
    {"GET / HTTP/1.1\r\n\n", EmptyLines::skip, HeadRead::malformed},
    {"GET / HTTP/1.1\r\nA: b\r\n", EmptyLines::skip, HeadRead::cut},
    {"GET / HT", EmptyLines::skip, HeadRead::cut},
    {"\r\n\r\n", EmptyLines::skip, HeadRead::cut},
    {"\r", EmptyLines::skip, HeadRead::cut},
    {"HTTP/1.1 200 OK\r\n\r\nbody", EmptyLines::refuse, HeadRead::complete, "HTTP/1.1 200 OK\r\n\r\n", "body"},
    {"\x16\x03\x01", EmptyLines::skip, HeadRead::no_start_line},
    {" GET / HTTP/1.1\r\n\r\n", EmptyLines::skip, HeadRead::no_start_line},
    {"\r\n\x16\x03\x01", EmptyLines::skip, HeadRead::no_start_line},
    {"\x15\x03\x01", EmptyLines::refuse, HeadRead::no_start_line},
    {"\nHTTP/1.1 200 OK\r\n\r\n", EmptyLines::refuse, HeadRead::no_start_line},
    {"\r\nHTTP/1.1 200 OK\r\n\r\n", EmptyLines::refuse, HeadRead::complete, "\r\n", "HTTP/1.1 200 OK\r\n\r\n"},
};

// Everything that is still to come, in order.
std::string rest_of(Pair& pair) {
  while (pair.connection.fill(long_time) == IoStatus::ok) {
  }
  return std::string(pair.connection.in.view());
}

void check_row(const Row& row, Pair& pair) {
  CHECK(pair.read(roomy, row.empty_lines) == row.result);
  if (row.result != HeadRead::complete) return;
  CHECK(std::string_view(pair.head) == row.head);
  CHECK(rest_of(pair) == row.rest);
}

TEST_CASE("one head is taken off, and what follows it stays, wherever the bytes are cut (I1)") {
  for (const Row& row : table) {
    CAPTURE(row.bytes);
    for (size_t cut = 0; cut <= row.bytes.size(); ++cut) {
      CAPTURE(cut);
      Pair pair;
      if (cut > 0) pair.connection.in.append(std::string_view(row.bytes).substr(0, cut));
      if (cut < row.bytes.size()) pair.write(std::string_view(row.bytes).substr(cut));
      pair.end();
      check_row(row, pair);
    }
  }
}

TEST_CASE("one head is taken off when its bytes come one by one (I1)") {
  for (const Row& row : table) {
    CAPTURE(row.bytes);
    Pair pair(SOCK_SEQPACKET);
    for (const char& byte : row.bytes) pair.write({&byte, 1});
    pair.end();
    check_row(row, pair);
  }
}

struct LimitRow {
  std::string bytes;
  HeadRead result;
};

TEST_CASE("a head over the limit is refused, however it comes: start line and head apart") {
  constexpr HeadLimits small{30, 100};
  const std::vector<LimitRow> rows{
      {"GET /" + std::string(12, 'x') + " HTTP/1.1\r\n\r\n", HeadRead::complete},          // 30 bytes
      {"GET /" + std::string(13, 'x') + " HTTP/1.1\r\n\r\n", HeadRead::too_large},         // 31
      {"GET /" + std::string(14, 'x') + " HTTP/1.1\r\n\r\n", HeadRead::too_large},         // the line alone has 30
      {"GET /" + std::string(15, 'x') + " HTTP/1.1\r\n\r\n", HeadRead::start_line_large},  // and here 31
      {"GET /" + std::string(999, 'x') + " HTTP/1.1\r\n\r\n", HeadRead::start_line_large},
      {"GET / HTTP/1.1\r\nA: 123456789\r\n\r\n", HeadRead::too_large},
      {"GET / HTTP/1.1\r\n" + std::string(999, 'A') + ": b\r\n\r\n", HeadRead::too_large},
      {"GET / HTTP/1.1\r\nA: 12345678901234\n", HeadRead::too_large},  // the LF without CR stands behind the limit
      {"GET / HTTP/1.1\r\nA: 123456789\n\r\n", HeadRead::malformed},   // and here within it
      {"\r\n\r\nGET /" + std::string(8, 'x') + " HTTP/1.1\r\n\r\n", HeadRead::complete},
      {"\r\n\r\nGET /" + std::string(9, 'x') + " HTTP/1.1\r\n\r\n", HeadRead::too_large},
      {"\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n", HeadRead::start_line_large},  // empty lines count
      {std::string(31, 'x'), HeadRead::start_line_large},
  };
  for (const LimitRow& row : rows) {
    CAPTURE(row.bytes);
    for (size_t cut = 0; cut <= row.bytes.size(); ++cut) {
      CAPTURE(cut);
      Pair pair;
      if (cut > 0) pair.connection.in.append(std::string_view(row.bytes).substr(0, cut));
      if (cut < row.bytes.size()) pair.write(std::string_view(row.bytes).substr(cut));
      CHECK(pair.read(small, EmptyLines::skip) == row.result);
    }
  }
}

TEST_CASE("a head may be larger than a block of the buffer") {
  const std::string head = "GET / HTTP/1.1\r\nA: " + std::string(3 * Buffer::block_bytes, 'x') + "\r\n\r\n";
  Pair pair;
  std::thread writer([&] {
    for (size_t at = 0; at < head.size(); at += 10000) pair.write(std::string_view(head).substr(at, 10000));
    pair.write("rest");
    pair.end();
  });
  CHECK(pair.read({head.size(), 100}, EmptyLines::skip) == HeadRead::complete);
  CHECK(std::string_view(pair.head) == head);
  CHECK(rest_of(pair) == "rest");
  writer.join();
}

TEST_CASE("a head that is not complete by its deadline is timed out, however it drips (I2)") {
  Pair silent;
  silent.connection.in.append("GET / HT");
  CHECK(silent.read(roomy, EmptyLines::skip, std::chrono::milliseconds(20)) == HeadRead::timed_out);
  CHECK(silent.connection.in.view() == "GET / HT");

  // A byte is always there to be read, so no single read ever waits: the total alone ends it.
  Pair dripping(SOCK_SEQPACKET);
  std::thread writer([&] {
    const char byte = 'x';
    while (::send(dripping.peer, &byte, 1, MSG_NOSIGNAL) == 1) {
    }
  });
  const HeadLimits endless{1024UL * 1024 * 1024, 100};
  CHECK(dripping.read(endless, EmptyLines::skip, std::chrono::milliseconds(50)) == HeadRead::timed_out);
  dripping.connection.socket.close();
  writer.join();
}

TEST_CASE("without any time, what is buffered must do (I2)") {
  Pair pair;
  pair.connection.in.append("GET / HTTP/1.1\r\n");
  pair.write("\r\n");
  CHECK(pair.read(roomy, EmptyLines::skip, no_time) == HeadRead::timed_out);
  pair.connection.in.append("\r\n");
  CHECK(pair.read(roomy, EmptyLines::skip, no_time) == HeadRead::complete);
}

TEST_CASE("waiting for a peer that says nothing holds no buffer") {
  Pair pair;
  CHECK(pair.connection.fill(no_time) == IoStatus::timed_out);
  CHECK_FALSE(pair.connection.in.holds_memory());
  pair.write("a");
  CHECK(pair.connection.fill(no_time) == IoStatus::ok);
  CHECK(pair.connection.in.holds_memory());
  CHECK(pair.connection.in.view() == "a");
  pair.connection.in.consume(1);
  pair.connection.in.release();
  CHECK_FALSE(pair.connection.in.holds_memory());
  pair.end();
  CHECK(pair.connection.fill(long_time) == IoStatus::closed);
  CHECK_FALSE(pair.connection.in.holds_memory());
}

TEST_CASE("an idle connection keeps its buffer for a while, and then gives it back") {
  Pair pair;
  pair.connection.in.space();
  pair.write("a");
  CHECK(pair.connection.fill_when_idle(long_time, long_time / 2) == IoStatus::ok);
  CHECK(pair.connection.in.view() == "a");
  pair.connection.in.consume(1);
  CHECK(pair.connection.in.holds_memory());
  CHECK(pair.connection.fill_when_idle(no_time + std::chrono::milliseconds(1), no_time) == IoStatus::timed_out);
  CHECK_FALSE(pair.connection.in.holds_memory());
  pair.write("b");
  CHECK(pair.connection.fill_when_idle(long_time, long_time / 2) == IoStatus::ok);
  CHECK(pair.connection.in.view() == "b");
  pair.connection.in.consume(1);
  pair.end();
  CHECK(pair.connection.fill_when_idle(long_time, long_time / 2) == IoStatus::closed);
}

TEST_CASE("an idle connection's thread gives back the stack that it does not use, when the silence has lasted") {
  std::thread([] {
    Pair pair;
    const uintptr_t below = test::use_much_stack();
    CHECK(pair.connection.fill_when_idle(no_time + std::chrono::milliseconds(1), long_time) == IoStatus::timed_out);
    CHECK(test::pages_in_memory(below) > 0);  // it was not to last as long
    CHECK(pair.connection.fill_when_idle(no_time + std::chrono::milliseconds(1), no_time) == IoStatus::timed_out);
    CHECK(test::pages_in_memory(below) == 0);
  }).join();
}

TEST_CASE("more than the waiting room holds is there after one fill") {
  const std::string bytes = std::string(20'000, 'a') + "z";
  Pair pair;
  pair.write(bytes);
  CHECK(pair.connection.fill(long_time) == IoStatus::ok);
  CHECK(pair.connection.in.view() == bytes);
}

TEST_CASE("what has come is there, of whatever size, though its peer broke off right behind it") {
  for (const size_t size : std::vector<size_t>{2047, 2048, 2049, 4096}) {
    CAPTURE(size);
    Pair pair;
    GatherList unread;
    unread.add("unread");
    REQUIRE(pair.connection.socket.write_all(unread, long_time).status == IoStatus::ok);
    pair.write(std::string(size, 'a'));
    pair.end();  // a reset, as something was left unread
    CHECK(pair.connection.fill(long_time) == IoStatus::ok);
    while (pair.connection.in.view().size() < size && pair.connection.fill(long_time) == IoStatus::ok) {
    }
    CHECK(pair.connection.in.view().size() == size);
    CHECK(pair.connection.fill(long_time) == IoStatus::failed);
  }
}

TEST_CASE("each byte is taken once and in order, by either way of filling") {
  Pair pair;
  pair.write("abc");
  CHECK(pair.connection.fill(long_time) == IoStatus::ok);
  pair.write("def");
  CHECK(pair.connection.fill_now() == IoStatus::ok);
  pair.connection.in.consume(2);
  CHECK(pair.connection.fill_now() == IoStatus::would_block);
  pair.write("g");
  CHECK(pair.connection.fill(long_time) == IoStatus::ok);
  CHECK(pair.connection.in.view() == "cdefg");
}

}  // namespace
}  // namespace glassgate::http
