// Exercise 03.2 begins here: a body of any length, through one buffer.
#pragma once

#include <string>

#include "http/body.h"

namespace glassgate::exercises {

// Sends the body on in chunks, each piece when it has come. True when the body was complete and all of it was written;
// `pause`: how long a read or a write may wait.
inline bool relay_body(http::BodyReader& from, http::Socket& to, Duration pause) {
  std::string all;
  while (!from.done()) {
    const http::BodyPiece piece = from.next(pause);
    if (piece.status != http::BodyStatus::data && piece.status != http::BodyStatus::end) return false;
    all += piece.data;
  }
  http::BodyEncoder encoder(http::BodyFraming::Kind::chunked);
  http::GatherList out;
  encoder.add_piece(out, all);  // yours: nothing leaves before everything is here
  encoder.add_end(out);
  return to.write_all(out, pause).status == http::IoStatus::ok;
}

}  // namespace glassgate::exercises
