#include "gateway/response_writer.h"

namespace glassgate {

bool ResponseWriter::interim(std::string_view head) {
  if (begun_ || failed_) return false;
  failed_ = client_.write_all(head, timeout_).status != http::IoStatus::ok;
  return !failed_;
}

void ResponseWriter::head(int status, std::string head, http::BodyFraming::Kind framing) {
  status_ = status;
  head_ = std::move(head);
  framing_ = framing;
  encoder_ = http::BodyEncoder(framing);
}

bool ResponseWriter::write(std::string_view piece, bool last, std::string_view trailers) {
  if (failed_) return false;
  http::GatherList pieces;
  pieces.add(head_);
  encoder_.add_piece(pieces, piece);
  if (last) encoder_.add_end(pieces, trailers);
  begun_ = true;
  failed_ = client_.write_all(pieces, timeout_).status != http::IoStatus::ok;
  head_.clear();
  if (failed_) return false;
  bytes_ += piece.size();
  complete_ = last;
  return true;
}

}  // namespace glassgate
