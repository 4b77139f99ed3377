#include "http/chunked.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate::http {
namespace {

using namespace std::string_literals;

// What a decoder made of some bytes that came in pieces.
struct Decoded {
  std::string data;
  std::string trailers;
  size_t consumed = 0;
  bool done = false;
  bool failed = false;
  bool operator==(const Decoded&) const = default;
};

void feed(ChunkedDecoder& decoder, std::string piece, Decoded& out) {
  const ChunkedDecoder::Step step = decoder.decode(piece);
  CHECK(step.data <= step.consumed);
  CHECK(step.consumed <= piece.size());
  if (!decoder.done() && !decoder.failed()) CHECK(step.consumed == piece.size());
  out.data += piece.substr(0, step.data);
  out.consumed += step.consumed;
}

// `sizes`: where to cut; what is left after the last one comes in one piece.
Decoded decode(const std::string& bytes, const std::vector<size_t>& sizes, size_t max_trailers = 1000) {
  ChunkedDecoder decoder(max_trailers);
  Decoded out;
  size_t at = 0;
  for (const size_t size : sizes) {
    feed(decoder, bytes.substr(at, size), out);
    at += size;
  }
  if (at < bytes.size()) feed(decoder, bytes.substr(at), out);
  out.trailers = decoder.trailer_section();
  out.done = decoder.done();
  out.failed = decoder.failed();
  return out;
}

Decoded decode(const std::string& bytes) {
  return decode(bytes, {});
}

struct GoodRow {
  std::string bytes;
  std::string data;
  std::string trailers = "";
  std::string behind = "";
};

const std::vector<GoodRow> good{
    {"0\r\n\r\n", ""},
    {"5\r\nhello\r\n0\r\n\r\n", "hello"},
    {"1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n", "abcdef"},
    {"A\r\n0123456789\r\na\r\nabcdefghij\r\n0\r\n\r\n", "0123456789abcdefghij"},
    {"0005\r\nhello\r\n000\r\n\r\n", "hello"},
    {"000000000000005\r\nhello\r\n000000000000000\r\n\r\n", "hello"},
    {"4\r\n\r\n\r\n\r\n0\r\n\r\n", "\r\n\r\n"},
    {"7\r\n0\r\n\r\nGE\r\n0\r\n\r\n", "0\r\n\r\nGE"},
    {"3\r\na\0b\r\n0\r\n\r\n"s, "a\0b"s},
    {"5;x\r\nhello\r\n0;y=z\r\n\r\n", "hello"},
    {"5;x=\"a;b, 5\";;y\r\nhello\r\n0\r\n\r\n", "hello"},
    {"5 \t;x\r\nhello\r\n0 ;\r\n\r\n", "hello"},
    {"5; \xff\x01 =\r\nhello\r\n0\r\n\r\n", "hello"},
    {"5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n", "hello", "", "GET / HTTP/1.1\r\n\r\n"},
    {"0\r\n\r\n\r\n", "", "", "\r\n"},
    {"5\r\nhello\r\n0\r\nA: b\r\n\r\nrest", "hello", "A: b\r\n\r\n", "rest"},
    {"0\r\nA: b\r\nc: d \r\n\r\n", "", "A: b\r\nc: d \r\n\r\n"},
    {"0\r\n folded\r\n\r\n", "", " folded\r\n\r\n"},  // what a trailer line may be is the parser's to say
};

TEST_CASE("chunks become their data, and nothing behind the body is touched (I2) (I3) (I4) (I5)") {
  for (const GoodRow& row : good) {
    CAPTURE(row.bytes);
    const Decoded result = decode(row.bytes);
    CHECK(result.done);
    CHECK_FALSE(result.failed);
    CHECK(result.data == row.data);
    CHECK(result.trailers == row.trailers);
    CHECK(row.bytes.substr(result.consumed) == row.behind);
  }
}

struct BadRow {
  std::string bytes;
  size_t wrong_at;  // the first wrong byte
};

const std::vector<BadRow> bad{
    {"\r\n", 0},
    {"\n", 0},
    {" 5\r\n", 0},
    {"\t5\r\n", 0},
    {"+5\r\n", 0},
    {"-5\r\n", 0},
    {";x\r\n", 0},
    {"g\r\n", 0},
    {"x5\r\n", 0},
    {"0x5\r\n", 1},
    {"5h\r\n", 1},
    {"5,\r\n", 1},
    {"5\n", 1},
    {"5\0"s, 1},
    {"5\x0b\r\n", 1},
    {"5 \r\n", 2},  // blanks without an extension behind them
    {"5 5\r\n", 2},
    {"5\r\r\n", 2},
    {"5\rhello", 2},
    {"5;x\n", 3},
    {"5;x\0\r\n"s, 3},
    {"5;x\ry\r\n", 4},
    {"5\r\nhello\n0\r\n\r\n", 8},
    {"5\r\nhellox\r\n", 8},
    {"5\r\nhello0\r\n\r\n", 8},
    {"5\r\nhello\rx", 9},
    {"5\r\nhello\r\n\r\n", 10},
    {"5\r\nhello\r\n \r\n", 10},
    {"ffffffffffffffff\r\n", 15},
    {"FFFFFFFFFFFFFFFFF\r\n", 15},
    {"0\r\n\n", 3},
    {"0\r\nA: b\n\r\n", 7},
    {"0\r\nA: b\r\n\n", 9},
};

TEST_CASE("a malformed chunk is an error at its first wrong byte (I1) (I2) (I3)") {
  for (const BadRow& row : bad) {
    CAPTURE(row.bytes);
    const Decoded before = decode(row.bytes.substr(0, row.wrong_at));
    CHECK_FALSE(before.failed);
    CHECK_FALSE(before.done);
    const Decoded with = decode(row.bytes.substr(0, row.wrong_at + 1));
    CHECK(with.failed);
    CHECK_FALSE(with.done);
    CHECK(with.consumed == row.wrong_at + 1);
  }
}

TEST_CASE("the result does not depend on how the bytes are cut (I1) (I2) (I3) (I4) (I5)") {
  std::vector<std::string> all;
  for (const GoodRow& row : good) all.push_back(row.bytes);
  for (const BadRow& row : bad) all.push_back(row.bytes);
  for (const std::string& bytes : all) {
    CAPTURE(bytes);
    const Decoded whole = decode(bytes);
    CHECK(decode(bytes, std::vector<size_t>(bytes.size(), 1)) == whole);
    for (size_t first = 0; first <= bytes.size(); ++first) {
      for (size_t second = 0; first + second <= bytes.size(); ++second) CHECK(decode(bytes, {first, second}) == whole);
    }
  }
}

TEST_CASE("a body that is not complete is neither done nor failed, at every byte") {
  const std::string bytes = "5;x\r\nhello\r\n0\r\nA: b\r\n\r\n";
  for (size_t n = 0; n < bytes.size(); ++n) {
    CAPTURE(n);
    const Decoded result = decode(bytes.substr(0, n));
    CHECK_FALSE(result.done);
    CHECK_FALSE(result.failed);
    CHECK(result.consumed == n);
  }
}

TEST_CASE("a chunk size has 15 digits at the most behind its zeros, and the largest one is no overflow (I1)") {
  const std::string most = "fffffffffffffff\r\n";
  CHECK_FALSE(decode(most + "some data").failed);
  CHECK(decode(most + "some data").data == "some data");
  CHECK(decode("f" + most).failed);
  CHECK(decode("1" + std::string(15, '0') + "\r\n").failed);
  CHECK(decode("000" + most + "some data").data == "some data");
  CHECK(decode(std::string(30, '0') + "5\r\nhello\r\n" + std::string(20, '0') + "\r\n\r\n").data == "hello");
}

TEST_CASE("a size line is bounded, its extension included, for every chunk anew (I2)") {
  const size_t room = ChunkedDecoder::max_size_line - 4;  // "1;" and CR LF
  const std::string longest = "1;" + std::string(room, 'x') + "\r\na\r\n";
  CHECK(decode(longest + longest + "0\r\n\r\n").done);
  CHECK(decode("1;" + std::string(room + 1, 'x') + "\r\na\r\n0\r\n\r\n").failed);
  CHECK(decode("1" + std::string(ChunkedDecoder::max_size_line, ' ')).failed);
}

TEST_CASE("what size lines are longer than they may be is bounded for the whole body (I6)") {
  const auto chunks = [](size_t n, size_t line_bytes, const std::string& data) {
    const std::string extension(line_bytes - 4, 'x');  // without the digit, ';' and CR LF
    std::string out;
    for (size_t i = 0; i < n; ++i) out += std::to_string(data.size()) + ";" + extension + "\r\n" + data + "\r\n";
    return out + "0\r\n\r\n";
  };
  CHECK(decode(chunks(20'000, 18, "a")).done);  // each is just as long as it may be
  CHECK(decode(chunks(20'000, 34, "123456789")).done);
  CHECK(decode(chunks(20'000, 35, "123456789")).failed);
  const size_t over = ChunkedDecoder::max_excess / 1024;
  CHECK(decode(chunks(over, 18 + 1024, "a")).done);
  CHECK(decode(chunks(over + 1, 18 + 1024, "a")).failed);
}

TEST_CASE("a trailer section is bounded (I5)") {
  const std::string section = "A: b\r\nC: d\r\n\r\n";
  CHECK(decode("0\r\n" + section, {}, section.size()).done);
  CHECK(decode("0\r\n" + section, {}, section.size() - 1).failed);
  CHECK(decode("0\r\n" + std::string(2000, 'x'), {}, 1000).failed);
}

TEST_CASE("many small chunks leave one run of data at the input's front") {
  std::string bytes;
  std::string data;
  for (int i = 0; i < 3000; ++i) {
    const std::string piece(static_cast<size_t>(i % 7 + 1), static_cast<char>('a' + i % 26));
    bytes.append(ChunkHeader(piece.size()).text()).append(piece).append(chunk_end);
    data += piece;
  }
  bytes += last_chunk;
  ChunkedDecoder decoder(100);
  std::string input = bytes;
  const ChunkedDecoder::Step step = decoder.decode(input);
  CHECK(decoder.done());
  CHECK(step.consumed == bytes.size());
  CHECK(input.substr(0, step.data) == data);
}

TEST_CASE("a chunk header is the size in hexadecimal digits and CR LF") {
  CHECK(ChunkHeader(1).text() == "1\r\n");
  CHECK(ChunkHeader(0x1f4).text() == "1f4\r\n");
  CHECK(ChunkHeader(65536).text() == "10000\r\n");
  CHECK(ChunkHeader(SIZE_MAX).text() == "ffffffffffffffff\r\n");
}

}  // namespace
}  // namespace glassgate::http
