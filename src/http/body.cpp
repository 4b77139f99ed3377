#include "http/body.h"

#include <algorithm>

namespace glassgate::http {

BodyReader::BodyReader(Connection& from, BodyFraming framing, const HeadLimits& limits)
    : from_(from),
      framing_(framing),
      decoder_(limits.max_bytes),
      max_trailers_(limits.max_fields),
      remaining_(framing.length),
      done_(framing.is_none()) {}

std::optional<uint64_t> BodyReader::missing() const {
  if (done_) return 0;
  if (framing_.kind == BodyFraming::Kind::length) return remaining_;
  return std::nullopt;
}

void BodyReader::drop_piece() {
  from_.in.consume(to_consume_);
  to_consume_ = 0;
}

BodyPiece BodyReader::next_buffered() {
  drop_piece();
  if (done_) return {BodyStatus::end, {}};
  if (failed_) return {BodyStatus::cut, {}};
  return take_buffered();
}

BodyPiece BodyReader::next(Duration timeout) {
  BodyPiece piece = next_buffered();
  while (piece.status == BodyStatus::would_block) {
    const IoStatus status = from_.fill(timeout);
    piece = status == IoStatus::ok ? take_buffered() : on_no_bytes(status);
  }
  return piece;
}

BodyPiece BodyReader::next_now() {
  const BodyPiece piece = next_buffered();
  if (piece.status != BodyStatus::would_block) return piece;
  const IoStatus status = from_.fill_now();
  return status == IoStatus::ok ? take_buffered() : on_no_bytes(status);
}

void BodyReader::release_memory() {
  drop_piece();
  from_.in.release();
}

uint64_t BodyReader::left_to_splice() {
  drop_piece();
  const bool is_known = framing_.kind == BodyFraming::Kind::length && !failed_;
  return is_known && from_.in.empty() ? remaining_ : 0;
}

IoStatus BodyReader::next_into(Pipe& pipe) {
  const uint64_t most = std::min<uint64_t>(left_to_splice(), Pipe::wanted_bytes);
  if (most == 0) return IoStatus::closed;
  from_.in.release();  // the pipe takes its place
  const IoResult result = from_.socket.read_into(pipe, most);
  bytes_read_ += result.bytes;
  remaining_ -= result.bytes;
  done_ = remaining_ == 0;
  return result.status;
}

BodyPiece BodyReader::take_buffered() {
  const size_t waiting = from_.in.view().size();
  if (waiting == 0) return {BodyStatus::would_block, {}};
  if (framing_.kind == BodyFraming::Kind::chunked) return take_chunked();
  if (framing_.kind == BodyFraming::Kind::until_close) return give(waiting, waiting);
  const size_t size = std::min<uint64_t>(waiting, remaining_);
  remaining_ -= size;
  done_ = remaining_ == 0;
  return give(size, size);
}

BodyPiece BodyReader::take_chunked() {
  const ChunkedDecoder::Step step = decoder_.decode(from_.in.mutable_view());
  if (decoder_.failed()) return fail(BodyStatus::malformed);
  if (decoder_.done() && !finish_chunked()) return fail(BodyStatus::malformed);
  if (step.data > 0) return give(step.data, step.consumed);
  from_.in.consume(step.consumed);
  return {done_ ? BodyStatus::end : BodyStatus::would_block, {}};
}

bool BodyReader::finish_chunked() {
  done_ = true;
  const std::string_view section = decoder_.trailer_section();
  return section.empty() || parse_fields(section, max_trailers_, trailers_) == HeadError::none;
}

BodyPiece BodyReader::give(size_t bytes, size_t consumed) {
  bytes_read_ += bytes;
  to_consume_ = consumed;
  return {BodyStatus::data, from_.in.view().substr(0, bytes)};
}

BodyPiece BodyReader::fail(BodyStatus status) {
  failed_ = true;
  done_ = false;
  return {status, {}};
}

BodyPiece BodyReader::on_no_bytes(IoStatus status) {
  if (status == IoStatus::would_block) return {BodyStatus::would_block, {}};
  if (status == IoStatus::timed_out) return fail(BodyStatus::timed_out);
  const bool is_end = status == IoStatus::closed && framing_.kind == BodyFraming::Kind::until_close;
  if (!is_end) return fail(BodyStatus::cut);
  done_ = true;
  return {BodyStatus::end, {}};
}

void BodyEncoder::add_piece(GatherList& out, std::string_view data) {
  if (data.empty()) return;
  if (chunked_) {
    header_ = ChunkHeader(data.size());
    out.add(header_.text());
  }
  out.add(data);
  if (chunked_) out.add(chunk_end);
}

void BodyEncoder::add_end(GatherList& out, std::string_view trailers) {
  if (!chunked_) return;
  if (trailers.empty()) {
    out.add(last_chunk);
    return;
  }
  out.add(last_chunk_before_trailers);
  out.add(trailers);
  out.add(chunk_end);
}

}  // namespace glassgate::http
