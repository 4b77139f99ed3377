// The answer on its way to the client, and the record of it.
//
// Problem: the log and the metrics run when the answer is over, and must know what was really sent; and a head and the
// first bytes of its body should leave together.
// Guarantee: a head waits until the first body bytes are there or flush() is called. Status and bytes are what the
// client was sent, as far as its socket took it, not what was meant.
// Invariants:
//   I1 one final head an exchange; interim heads (1xx) only before it
//   I2 after a failed write nothing more is written
//   I3 a chunked body gets its last chunk only from write(..., last), or from whoever was given encoder() and passes on
//      the end of a body: an answer that is abandoned never looks complete
// Thread rule: one thread. Units: bytes() counts body bytes, without chunk framing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "http/body.h"

namespace glassgate {

class ResponseWriter {
 public:
  // `memory`: of the head, as long as it has not been written.
  explicit ResponseWriter(http::Socket& client, std::pmr::memory_resource* memory = std::pmr::get_default_resource())
      : client_(client), head_(memory) {}

  // How long a client may take nothing before it counts as gone.
  void set_timeout(Duration timeout) { timeout_ = timeout; }

  // A 1xx, sent at once.
  bool interim(std::string_view head);
  // The final head, ready to be written; `framing` is that of the body that will follow it.
  void head(int status, std::pmr::string head, http::BodyFraming::Kind framing);
  // A piece of the body. `last`: and that was all of it. False when the client is gone.
  bool write(std::string_view piece, bool last, std::string_view trailers = {});
  bool flush() { return write({}, false); }
  // A piece that never came into the program, of a body with a length. Its head is sent.
  bool write_from(http::Pipe& piece, bool last);

  bool has_begun() const { return begun_; }  // a byte of the final answer may have reached the client
  bool is_complete() const { return complete_; }
  int status() const { return status_; }  // 0: not a byte of a final head was sent
  uint64_t bytes() const { return bytes_; }

  // For a body that a http::Flow writes past this writer, after flush().
  http::BodyEncoder encoder() const { return encoder_; }
  void add_bytes(uint64_t n) { bytes_ += n; }
  void mark_complete() { complete_ = true; }

 private:
  bool note_written(http::IoStatus status, bool last);

  http::Socket& client_;
  Duration timeout_{};
  std::pmr::string head_;  // not yet written
  int head_status_ = 0;
  http::BodyEncoder encoder_{http::BodyFraming::Kind::none};
  int status_ = 0;
  uint64_t bytes_ = 0;
  bool begun_ = false;
  bool complete_ = false;
  bool failed_ = false;
};

}  // namespace glassgate
