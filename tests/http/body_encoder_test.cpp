// The other half of http/body.h: framing put on.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>

#include "http/body.h"
#include "support/net.h"

namespace glassgate::http {
namespace {

std::string text_of(GatherList& pieces) {
  std::string out;
  for (size_t i = 0; i < pieces.count(); ++i) {
    out.append(static_cast<const char*>(pieces.pieces()[i].iov_base), pieces.pieces()[i].iov_len);
  }
  return out;
}

TEST_CASE("a body is framed for where it goes") {
  const struct {
    BodyFraming::Kind kind;
    std::string piece;
    std::string trailers;
    std::string expected;
  } rows[] = {
      {BodyFraming::Kind::length, "hello", "", "hello"},
      {BodyFraming::Kind::length, "hello", "X: 1\r\n", "hello"},
      {BodyFraming::Kind::until_close, "hello", "X: 1\r\n", "hello"},
      {BodyFraming::Kind::none, "", "", ""},
      {BodyFraming::Kind::chunked, "", "", "0\r\n\r\n"},
      {BodyFraming::Kind::chunked, "hello", "", "5\r\nhello\r\n0\r\n\r\n"},
      {BodyFraming::Kind::chunked, "hello", "X: 1\r\nY: 2\r\n", "5\r\nhello\r\n0\r\nX: 1\r\nY: 2\r\n\r\n"},
      {BodyFraming::Kind::chunked, "", "X: 1\r\n", "0\r\nX: 1\r\n\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.expected);
    BodyEncoder encoder(row.kind);
    GatherList pieces;
    pieces.add("HEAD ");
    encoder.add_piece(pieces, row.piece);
    encoder.add_end(pieces, row.trailers);
    CHECK(text_of(pieces) == "HEAD " + row.expected);
  }
}

TEST_CASE("what was encoded decodes to the same body, whatever its pieces (I1)") {
  std::mt19937 random(7);
  std::string wire;
  std::string body;
  BodyEncoder encoder(BodyFraming::Kind::chunked);
  for (int i = 0; i < 500; ++i) {
    const std::string piece(random() % 5000, static_cast<char>(random()));
    GatherList pieces;
    encoder.add_piece(pieces, piece);
    wire += text_of(pieces);
    body += piece;
  }
  wire += test::last_chunk;
  Connection from;
  BodyReader reader(from, {BodyFraming::Kind::chunked, 0}, {});
  std::string decoded;
  for (size_t at = 0; at < wire.size();) {
    const size_t n = std::min<size_t>(random() % 20000, wire.size() - at);
    from.in.append(wire.substr(at, n));
    at += n;
    for (BodyPiece piece; (piece = reader.next_buffered()).status == BodyStatus::data;) decoded += piece.data;
  }
  CHECK(reader.done());
  CHECK(decoded == body);
}

}  // namespace
}  // namespace glassgate::http
