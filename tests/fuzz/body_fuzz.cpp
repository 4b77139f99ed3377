// Any bytes as a body: chunked, of a length, or until the connection ends.
//
// Property: however the bytes are cut on their way, the body is the same, it ends at the same byte, and so it is for
// the reader of strict_http.h, and past the program. What was decoded and is encoded again decodes to the same,
// trailers included.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "fuzz/strict_http.h"
#include "fuzz/target.h"
#include "http/body.h"
#include "http/relay.h"

namespace glassgate::fuzz {
namespace {

using http::BodyFraming;
using http::BodyStatus;

constexpr http::HeadLimits limits{256, 8};

struct Read {
  BodyStatus status = BodyStatus::end;
  std::string data;
  std::string trailers;  // name:value, a line each
  size_t taken = 0;      // bytes of the input
};

bool operator==(const Read& a, const Read& b) {
  // Of a broken body the error is the same; how much of it was given out before is not promised.
  if (a.status != b.status) return false;
  return a.status == BodyStatus::malformed || (a.data == b.data && a.trailers == b.trailers && a.taken == b.taken);
}

std::string lines_of(const http::Fields& fields) {
  std::string out;
  for (const http::Field& field : fields) out.append(field.name).append(":").append(field.value).append("\r\n");
  return out;
}

// One piece after the other out of what is buffered; true while the body goes on.
bool read_buffered(http::BodyReader& reader, Read& read) {
  for (;;) {
    const http::BodyPiece piece = reader.next_buffered();
    read.data += piece.data;
    read.status = piece.status;
    if (piece.status == BodyStatus::would_block) return true;
    if (piece.status != BodyStatus::data) return false;
  }
}

// The input comes in pieces of `first`, then `step` bytes. Behind the last one the connection ends.
Read read_in_steps(std::string_view input, BodyFraming framing, size_t first, size_t step) {
  http::Connection from;
  http::BodyReader reader(from, framing, limits);
  Read read;
  size_t given = 0;
  bool goes_on = read_buffered(reader, read);
  while (goes_on && given < input.size()) {
    const std::string_view piece = input.substr(given, given == 0 ? first : step);
    from.in.append(piece);
    given += piece.size();
    goes_on = read_buffered(reader, read);
  }
  read.taken = given - from.in.view().size();
  if (reader.done()) read.trailers = lines_of(reader.trailers());
  expect(reader.done() == (read.status == BodyStatus::end), "done, and yet not at the end");
  expect(reader.bytes_read() == read.data.size(), "bytes that were not counted, or not given out");
  expect((reader.missing() == 0) == reader.done(), "nothing is missing, and yet it goes on, or the other way round");
  // There is no connection to read on from.
  expect(!goes_on || reader.next(Duration::zero()).status == BodyStatus::cut, "a body that ends where nothing does");
  return read;
}

std::string encode(const Read& read, BodyFraming framing, size_t step) {
  std::string out;
  http::BodyEncoder encoder(framing.kind);
  const auto write_out = [&out](http::GatherList& pieces) {
    for (size_t i = 0; i < pieces.count(); ++i) {
      out.append(static_cast<const char*>(pieces.pieces()[i].iov_base), pieces.pieces()[i].iov_len);
    }
    pieces.clear();
  };
  http::GatherList pieces;
  for (size_t at = 0; at < read.data.size(); at += step) {
    encoder.add_piece(pieces, std::string_view(read.data).substr(at, step));
    write_out(pieces);
  }
  encoder.add_end(pieces, read.trailers);
  write_out(pieces);
  return out;
}

std::string lines_of(const std::vector<StrictField>& fields) {
  std::string out;
  for (const StrictField& field : fields) out += field.name + ":" + field.value + "\r\n";
  return out;
}

// The strict reader has no limits, so it is asked about what the gateway took whole, and about what is just not whole.
void check_against_strict(const Read& read, std::string_view input, BodyFraming framing) {
  std::string_view rest = input;
  const StrictFraming strict_framing{true, framing.kind == BodyFraming::Kind::chunked, true, framing.length};
  const StrictBody strict = take_body(rest, strict_framing, true);
  if (read.status == BodyStatus::end) {
    expect(strict.end == StrictBody::End::complete, "a body that is whole for one reader only");
    expect(strict.data == read.data && lines_of(strict.trailers) == read.trailers, "two readings of one body");
    expect(input.size() - rest.size() == read.taken, "two ends of one body");
  }
  expect(strict.end != StrictBody::End::malformed || read.status != BodyStatus::end, "a malformed body was taken");
}

void check_round_trip(const Read& read, BodyFraming framing, size_t step) {
  const std::string encoded = encode(read, framing, step);
  const Read again = read_in_steps(encoded + "next", framing, encoded.size() + 4, 1);
  expect(again.status == BodyStatus::end && again.data == read.data && again.trailers == read.trailers,
         "encoded again, it decodes to something else");
  expect(again.taken == encoded.size(), "encoded again, it ends somewhere else");
}

// Out of the pipe, by way of the other end of the connection that it came from.
std::string empty_pipe(http::Pipe& pipe, http::Connection& from, http::Socket& peer) {
  std::string out(pipe.bytes(), '\0');
  from.socket.write_from(pipe, http::Socket::patience);
  size_t read = 0;
  while (read < out.size()) {
    const http::IoResult result = peer.read_some(std::span(out).subspan(read), http::Socket::patience);
    expect(result.status == http::IoStatus::ok, "bytes that went into a pipe and did not come out");
    read += result.bytes;
  }
  return out;
}

// Of the same body the first bytes are buffered, and the others go past the program.
void check_past_the_program(const Read& whole, std::string_view input, BodyFraming framing, size_t buffered) {
  std::array<int, 2> fds{};
  std::optional<http::Pipe> pipe = http::Pipe::open();
  if (!pipe || ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) throw Broken("no descriptors");
  http::Socket peer(fds[0]);
  http::Connection from{http::Socket(fds[1])};
  http::BodyReader reader(from, framing, limits);
  from.in.append(input.substr(0, buffered));
  peer.write_all(input.substr(std::min(buffered, input.size())), http::Socket::patience);
  expect(reader.left_to_splice() == 0 || from.in.empty(), "what is buffered would be overtaken");
  Read read;
  read_buffered(reader, read);
  const bool may_pass = framing.kind == BodyFraming::Kind::length && !reader.done();
  expect((reader.left_to_splice() > 0) == may_pass, "a body that may pass and does not, or the other way round");
  if (framing.kind != BodyFraming::Kind::length) return;
  while (reader.next_into(*pipe) == http::IoStatus::ok) read.data += empty_pipe(*pipe, from, peer);
  expect(read.data == whole.data, "past the program, it is another body");
  expect(reader.done() == (whole.status == BodyStatus::end), "past the program, it ends elsewhere");
  const size_t unread = from.socket.bytes_arrived() - from.socket.bytes_received() + from.in.view().size();
  expect(input.size() - unread == whole.taken, "past the program, more of it was taken, or less");
  if (reader.done()) return;
  reader.next(Duration::zero());
  expect(reader.has_failed() && reader.left_to_splice() == 0, "a body that was given up goes on");
}

void run(std::string_view input) {
  const unsigned choice = take_choice(input);
  const size_t first = take_choice(input) + 1;
  const std::array<BodyFraming, 3> framings{
      BodyFraming{BodyFraming::Kind::chunked, 0},
      BodyFraming::of_length(choice / 3),
      BodyFraming{BodyFraming::Kind::until_close, 0},
  };
  const BodyFraming framing = framings.at(choice % 3);
  const Read whole = read_in_steps(input, framing, input.size() + 1, 1);
  expect(read_in_steps(input, framing, 1, 1) == whole, "byte by byte, it is another body");
  expect(read_in_steps(input, framing, first, input.size() + 1) == whole, "cut in two, it is another body");
  if (framing.kind == BodyFraming::Kind::until_close) {
    expect(whole.data == input && whole.status == BodyStatus::would_block, "not every byte was passed on");
    return;
  }
  check_past_the_program(whole, input, framing, first - 1);
  check_against_strict(whole, input, framing);
  if (whole.status == BodyStatus::end) check_round_trip(whole, framing, first);
}

const Target target("body", run);

}  // namespace
}  // namespace glassgate::fuzz
