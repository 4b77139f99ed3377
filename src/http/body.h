// Bodies in motion: taken off one connection by its framing, put on another one by the framing there.
//
// Problem: a body may be larger than any memory, so it is never held whole; and its end must be exact, because the byte
// behind it belongs to the next message.
// Guarantee: a BodyReader gives the body's bytes in pieces no larger than a buffer, or than a pipe, and stops at the
// body's last byte. Whether the body ended as its framing said or was cut short is never confused.
// Invariants:
//   I1 what a BodyReader gives out, piece by piece, is exactly the body, however the bytes were cut on their way
//   I2 `end` is reported only for a body that is complete by its framing; anything else that ends it is an error
//   I3 a piece is valid until the next call; the reader takes no byte behind the body's end
// Thread rule: one thread, as its connection.
// Source: RFC 9112 sections 6 and 7.
#pragma once

#include <optional>

#include "http/chunked.h"
#include "http/connection.h"
#include "http/framing.h"

namespace glassgate::http {

enum class BodyStatus {
  data,         // `data` holds at least one byte, and the body goes on or has just ended: ask done()
  end,          // nothing more: the body is complete
  cut,          // the connection ended before the body did
  timed_out,    // no byte in time
  malformed,    // chunks that are none
  would_block,  // not of next(): nothing is here, or nothing came
};

struct BodyPiece {
  BodyStatus status = BodyStatus::end;
  std::string_view data;
};

class BodyReader {
 public:
  // Trailers larger than `limits` make the body malformed.
  BodyReader(Connection& from, BodyFraming framing, const HeadLimits& limits);
  ~BodyReader() { drop_piece(); }
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  BodyPiece next(Duration timeout);  // blocks for one read at the most (more only while framing alone arrives)
  BodyPiece next_now();              // never blocks
  BodyPiece next_buffered();         // does not even look at the socket
  // How much of the body can go past the program: all that is left, where that is known and nothing of it is buffered.
  // Drops the piece that was given out last.
  uint64_t left_to_splice();
  // Of these bytes, what one read brings, into a pipe that is not full: see Socket::read_into(). When that is nothing,
  // next() can say more of it.
  IoStatus next_into(Pipe& pipe);
  // The piece that was given out last is not needed any more; whoever reads from the connection itself calls this
  // first.
  void drop_piece();
  // While nothing comes: the buffer's memory goes back, where nothing is in it. Drops that piece, too.
  void release_memory();
  // Every byte was given out, and it is known that there are no more.
  bool done() const { return done_; }
  bool has_failed() const { return failed_; }
  uint64_t bytes_read() const { return bytes_read_; }
  // How much is known to be missing; nullopt where the framing does not say.
  std::optional<uint64_t> missing() const;
  // After done(): the trailer fields of a chunked body, checked. Views into the reader.
  const Fields& trailers() const { return trailers_; }

 private:
  BodyPiece take_buffered();
  BodyPiece take_chunked();
  BodyPiece give(size_t bytes, size_t consumed);
  BodyPiece fail(BodyStatus status);
  BodyPiece on_no_bytes(IoStatus status);
  bool finish_chunked();

  Connection& from_;
  BodyFraming framing_;
  ChunkedDecoder decoder_;
  size_t max_trailers_;
  Fields trailers_;
  uint64_t remaining_ = 0;  // of Kind::length
  uint64_t bytes_read_ = 0;
  size_t to_consume_ = 0;  // the piece that was given out last still stands in the buffer
  bool done_ = false;
  bool failed_ = false;
};

// The outgoing framing: what has to stand around each piece of a body. It only points to memory; the piece must live
// until the list was written.
class BodyEncoder {
 public:
  explicit BodyEncoder(BodyFraming::Kind kind) : chunked_(kind == BodyFraming::Kind::chunked) {}

  void add_piece(GatherList& out, std::string_view data);
  // `trailers`: field lines, each with its CR LF; used only where the framing has room for them.
  void add_end(GatherList& out, std::string_view trailers = {});

 private:
  bool chunked_;
  ChunkHeader header_;
};

}  // namespace glassgate::http
