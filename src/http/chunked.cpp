#include "http/chunked.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/strings.h"

namespace glassgate::http {
namespace {

constexpr size_t max_size_digits = 15;  // 60 bits: no sum of lengths can overflow

}  // namespace

ChunkedDecoder::Step ChunkedDecoder::decode(std::span<char> input) {
  Step step;
  while (step.consumed < input.size() && state_ != State::done && state_ != State::failed) {
    if (state_ != State::data) {
      state_ = on_framing(input[step.consumed++]);
      continue;
    }
    const size_t run = std::min<uint64_t>(remaining_, input.size() - step.consumed);
    if (step.data != step.consumed) std::memmove(&input[step.data], &input[step.consumed], run);
    step.consumed += run;
    step.data += run;
    remaining_ -= run;
    if (remaining_ == 0) state_ = State::data_cr;
  }
  return step;
}

ChunkedDecoder::State ChunkedDecoder::on_framing(char c) {
  const bool in_size_line = state_ <= State::size_lf;
  if (in_size_line && ++line_bytes_ > max_size_line) return State::failed;
  switch (state_) {
    case State::size_first:
    case State::size:
      if (const int digit = hex_value(c); digit >= 0) {
        const bool is_leading_zero = remaining_ == 0 && digit == 0;
        if (!is_leading_zero && ++digits_ > max_size_digits) return State::failed;
        remaining_ = remaining_ * 16 + static_cast<uint64_t>(digit);
        return State::size;
      }
      return state_ == State::size_first ? State::failed : after_size(c);
    case State::size_space: return c == ' ' || c == '\t' || c == ';' ? after_size(c) : State::failed;
    case State::extension:
      if (c == '\r') return State::size_lf;
      return c == '\n' || c == '\0' ? State::failed : State::extension;
    case State::size_lf: return c == '\n' ? on_size_line() : State::failed;
    case State::data_cr: return c == '\r' ? State::data_lf : State::failed;
    case State::data_lf: return c == '\n' ? State::size_first : State::failed;
    case State::trailer: return on_trailer(c);
    case State::data:           // never here: see decode()
    case State::done:           // never here
    case State::failed: break;  // never here
  }
  return State::failed;
}

ChunkedDecoder::State ChunkedDecoder::after_size(char c) {
  switch (c) {
    case '\r': return State::size_lf;
    case ';': return State::extension;
    case ' ':
    case '\t': return State::size_space;  // the "bad white space" that RFC 9112 section 7.1.1 allows before a ';'
    default: return State::failed;
  }
}

ChunkedDecoder::State ChunkedDecoder::on_size_line() {
  const uint64_t allowed = 16 + 2 * remaining_;
  excess_ += line_bytes_;
  excess_ -= std::min(excess_, allowed);
  if (excess_ > max_excess) return State::failed;
  digits_ = line_bytes_ = 0;
  return remaining_ > 0 ? State::data : State::trailer;
}

ChunkedDecoder::State ChunkedDecoder::on_trailer(char c) {
  if (trailers_.size() == max_trailer_bytes_) return State::failed;
  trailers_ += c;
  if (c != '\n') return State::trailer;
  const size_t line_bytes = trailers_.size() - trailer_line_start_;
  if (line_bytes < 2 || trailers_[trailers_.size() - 2] != '\r') return State::failed;
  trailer_line_start_ = trailers_.size();
  if (line_bytes > 2) return State::trailer;
  if (trailers_.size() == 2) trailers_.clear();  // the empty line alone: there are no trailers
  return State::done;
}

ChunkHeader::ChunkHeader(size_t n) {
  char* end = std::to_chars(text_, text_ + sizeof text_ - 2, n, 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  size_ = static_cast<size_t>(end - text_);
}

}  // namespace glassgate::http
