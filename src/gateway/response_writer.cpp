#include "gateway/response_writer.h"

namespace glassgate {

bool ResponseWriter::interim(std::string_view head) {
  if (begun_ || failed_) return false;
  failed_ = client_.write_all(head, timeout_).status != http::IoStatus::ok;
  return !failed_;
}

void ResponseWriter::head(int status, std::pmr::string head, http::BodyFraming::Kind framing) {
  head_status_ = status;
  head_ = std::move(head);
  encoder_ = http::BodyEncoder(framing);
}

bool ResponseWriter::write(std::string_view piece, bool last, std::string_view trailers) {
  if (failed_) return false;
  http::GatherList pieces;
  pieces.add(head_);
  encoder_.add_piece(pieces, piece);
  if (last) encoder_.add_end(pieces, trailers);
  begun_ = true;
  const http::IoResult result = client_.write_all(pieces, timeout_);
  if (result.bytes > 0) status_ = head_status_;
  bytes_ += piece.size() - pieces.left_of(piece);
  head_.clear();
  return note_written(result.status, last);
}

bool ResponseWriter::write_from(http::Pipe& piece, bool last) {
  if (failed_) return false;
  const http::IoResult result = client_.write_from(piece, timeout_);
  bytes_ += result.bytes;
  return note_written(result.status, last);
}

bool ResponseWriter::note_written(http::IoStatus status, bool last) {
  failed_ = status != http::IoStatus::ok;
  complete_ = last && !failed_;
  return !failed_;
}

}  // namespace glassgate
