// The chunked transfer coding, taken off and put on.
//
// Problem: a body of unknown length comes in chunks that the network cuts where it likes.
// Algorithm: a state machine over single bytes for the framing, whole runs for the data. Decoding happens in place: the
// framing is squeezed out of the buffer and one run of plain data is left, however many chunks it came in.
// Guarantee: the decoded data does not depend on how the bytes were cut. A malformed chunk is an error at its first
// wrong byte.
// Invariants:
//   I1 a chunk size is hexadecimal digits, 15 at the most behind leading zeros: no sign, no prefix, no overflow
//   I2 every line of the framing ends in CR LF; chunk extensions are skipped, and bounded together with the size line
//   I3 chunk data is followed by exactly CR LF
//   I4 the decoder never takes a byte behind the end of the body: what follows belongs to the next message
//   I5 the trailer section is kept as it came and is bounded
//   I6 size lines may be 16 bytes and twice their chunk's data; of what is longer, 16 KiB in a whole body are too much:
//      a body of little data cannot be made of endless extensions
// Thread rule: a decoder belongs to one message.
// Source: RFC 9112 section 7.1; the allowance of I6 is that of Go's net/http (CVE-2023-39326).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace glassgate::http {

class ChunkedDecoder {
 public:
  static constexpr size_t max_size_line = 4096;
  static constexpr size_t max_excess = 16 * 1024;

  explicit ChunkedDecoder(size_t max_trailer_bytes) : max_trailer_bytes_(max_trailer_bytes) {}

  struct Step {
    size_t consumed = 0;  // bytes of the input that are dealt with
    size_t data = 0;      // bytes of plain data, now at the input's front
  };
  // Decodes all of `input` that belongs to this body. Stops early only at the end or at an error.
  Step decode(std::span<char> input);

  bool done() const { return state_ == State::done; }
  bool failed() const { return state_ == State::failed; }
  // After done(): the trailer field lines with their final empty line, or nothing.
  std::string_view trailer_section() const { return trailers_; }

 private:
  enum class State {
    size_first,  // the first digit of a chunk size
    size,        // more digits
    size_space,  // blanks after the size: a ';' must follow
    extension,   // skipped up to CR
    size_lf,     // the LF of a size line
    data,        // the chunk's bytes
    data_cr,
    data_lf,
    trailer,  // field lines up to an empty one
    done,
    failed,
  };

  State after_size(char c);
  State on_framing(char c);
  State on_size_line();
  State on_trailer(char c);

  State state_ = State::size_first;
  uint64_t remaining_ = 0;  // of the current chunk's data
  size_t digits_ = 0;
  size_t line_bytes_ = 0;  // of the current size line
  uint64_t excess_ = 0;    // of all size lines so far, beyond what they may be
  size_t max_trailer_bytes_;
  size_t trailer_line_start_ = 0;
  std::string trailers_;
};

// The size line in front of a chunk of n bytes: "1f4\r\n". n > 0: a chunk of nothing would be the end of the body.
struct ChunkHeader {
  ChunkHeader() = default;  // no line yet
  explicit ChunkHeader(size_t n);
  std::string_view text() const { return {text_, size_}; }

 private:
  char text_[20]{};
  size_t size_ = 0;
};

inline constexpr std::string_view chunk_end = "\r\n";
inline constexpr std::string_view last_chunk = "0\r\n\r\n";
inline constexpr std::string_view last_chunk_before_trailers = "0\r\n";

}  // namespace glassgate::http
