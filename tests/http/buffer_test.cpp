#include "http/buffer.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace glassgate::http {
namespace {

// As a read from a socket would do it.
void fill(Buffer& buffer, std::string_view bytes) {
  const std::span<char> room = buffer.space();
  REQUIRE(room.size() >= bytes.size());
  std::memcpy(room.data(), bytes.data(), bytes.size());
  buffer.filled(bytes.size());
}

// Bytes that say where they belong.
std::string counted(size_t from, size_t n) {
  std::string out(n, '\0');
  for (size_t i = 0; i < n; ++i) out[i] = static_cast<char>((from + i) * 7 + (from + i) / 251);
  return out;
}

TEST_CASE("a buffer gives out what it was given, in order, however it is filled and consumed (I1)") {
  std::mt19937 random(20240229);
  const auto up_to = [&](size_t n) { return static_cast<size_t>(random() % (n + 1)); };
  Buffer buffer;
  size_t written = 0;
  size_t consumed = 0;
  for (int step = 0; step < 20000; ++step) {
    const size_t n = up_to(9000);
    if (step % 3 == 0 && written - consumed < 200000) {
      buffer.append(counted(written, n));
      written += n;
    } else if (step % 3 == 1) {
      const size_t room = std::min(buffer.space().size(), n);
      fill(buffer, counted(written, room));
      written += room;
    } else {
      const size_t some = std::min(buffer.view().size(), 2 * n);
      buffer.consume(some);
      consumed += some;
    }
    REQUIRE(buffer.view().size() == written - consumed);
    REQUIRE(buffer.empty() == (written == consumed));
    if (step % 97 == 0) REQUIRE(buffer.view() == counted(consumed, written - consumed));
  }
}

TEST_CASE("consuming more than there is takes what there is (I1)") {
  Buffer buffer;
  buffer.append("abc");
  buffer.consume(4);
  CHECK(buffer.empty());
  CHECK(buffer.view().empty());
  buffer.append("d");
  CHECK(buffer.view() == "d");
}

TEST_CASE("bytes are appended into room that has to be made at the front (I1)") {
  Buffer buffer;
  buffer.append(std::string(Buffer::block_bytes - 2000, 'x'));
  buffer.consume(Buffer::block_bytes - 2010);
  const std::string more = counted(0, 16 * 1024);
  buffer.append(more);
  CHECK(buffer.view() == std::string(10, 'x') + more);
}

TEST_CASE("there is always room for a byte until a whole block waits") {
  Buffer buffer;
  size_t waiting = 0;
  while (waiting < Buffer::block_bytes) {
    REQUIRE_FALSE(buffer.space().empty());
    fill(buffer, counted(waiting, std::min<size_t>(buffer.space().size(), 1000)));
    waiting = buffer.view().size();
  }
  CHECK(buffer.space().empty());
  buffer.consume(1);
  CHECK(buffer.space().size() == 1);
  CHECK(buffer.view() == counted(0, Buffer::block_bytes).substr(1));
}

TEST_CASE("a view stays as it is while the buffer is consumed, until the next fill (I2)") {
  Buffer buffer;
  buffer.append("one two");
  const std::string_view whole = buffer.view();
  buffer.consume(4);
  CHECK(buffer.view().data() == whole.data() + 4);
  CHECK(buffer.mutable_view().data() == buffer.view().data());
  CHECK(whole == "one two");
  buffer.consume(3);
  CHECK(buffer.empty());
  CHECK(whole == "one two");
}

TEST_CASE("memory is held from the first byte until it is released, and never released with bytes in it") {
  Buffer buffer;
  CHECK_FALSE(buffer.holds_memory());
  buffer.release();
  buffer.append("");
  CHECK_FALSE(buffer.holds_memory());
  buffer.append("x");
  CHECK(buffer.holds_memory());
  buffer.release();
  CHECK(buffer.view() == "x");
  buffer.consume(1);
  CHECK(buffer.holds_memory());
  buffer.release();
  CHECK_FALSE(buffer.holds_memory());
}

TEST_CASE("a block that was released is the next one that is taken") {
  Buffer first;
  first.append("x");
  const char* const block = first.view().data();
  first.consume(1);
  first.release();
  Buffer second;
  second.append("y");
  CHECK(second.view().data() == block);
}

TEST_CASE("a reserved buffer holds that much and loses nothing") {
  for (const size_t capacity : {size_t{10}, Buffer::block_bytes, Buffer::block_bytes + 1, size_t{1000000}}) {
    CAPTURE(capacity);
    Buffer buffer;
    buffer.append("abcdef");
    buffer.consume(2);
    buffer.reserve(capacity);
    CHECK(buffer.view() == "cdef");
    const size_t expected = std::max(capacity, Buffer::block_bytes);
    std::string all = "cdef";
    while (all.size() < expected) {
      const std::string more = counted(all.size(), std::min<size_t>(expected - all.size(), buffer.space().size()));
      REQUIRE_FALSE(more.empty());
      fill(buffer, more);
      all += more;
    }
    CHECK(buffer.view() == all);
    CHECK(buffer.space().empty());
    buffer.consume(all.size());
    buffer.release();
    CHECK_FALSE(buffer.holds_memory());
  }
}

TEST_CASE("moving a buffer moves its bytes") {
  Buffer from;
  from.append("bytes");
  Buffer to(std::move(from));
  CHECK(to.view() == "bytes");
  Buffer again;
  again.append("old");
  again = std::move(to);
  CHECK(again.view() == "bytes");
}

TEST_CASE("buffers of many threads never share a block") {
  std::vector<std::thread> threads;
  std::vector<int> wrong(4, 0);
  for (size_t id = 0; id < wrong.size(); ++id) {
    threads.emplace_back([id, &wrong] {
      const std::string mine(1000, static_cast<char>('a' + id));
      for (int i = 0; i < 2000; ++i) {
        Buffer buffer;
        buffer.append(mine);
        if (buffer.view() != mine) ++wrong[id];
        buffer.consume(mine.size());
        buffer.release();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4, 0));
}

}  // namespace
}  // namespace glassgate::http
