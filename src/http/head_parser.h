// Heads: from the bytes on the wire to a RequestHead or ResponseHead, strictly.
//
// Problem: two programs that read the same bytes as different messages are how requests are smuggled. Every leniency of
// a proxy is an ambiguity for what stands behind it.
// Guarantee: what parses here has exactly one reading. Everything else is refused with the reason.
// Invariants:
//   I1 every line ends in CR LF; a bare CR, a bare LF or a NUL anywhere in a head is refused
//   I2 a field line is token ":" value with nothing between the name and the colon; a line that begins with white space
//      (obs-fold), has no colon, or an empty or illegal name is refused
//   I3 a request line is token SP target SP version with exactly one space between
//   I4 a head over `max_bytes` is refused before it is read to its end, one with over `max_fields` fields before it
//      is parsed to its end
//   I5 the result does not depend on how the bytes were cut into pieces
// Thread rule: pure functions; a HeadScanner belongs to one connection.
// Source: RFC 9112 sections 2 to 5; RFC 9110 section 5.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace glassgate::http {

struct HeadLimits {
  size_t max_bytes = 64 * 1024;
  size_t max_fields = 100;
};

enum class HeadError {
  none,
  line_ending,      // I1
  start_line,       // I3, or the status line of an answer
  version,          // well-formed, but not HTTP/1.x
  field_line,       // I2
  obs_fold,         // I2
  head_large,       // I4
  too_many_fields,  // I4
};
std::string_view describe(HeadError error);

// Finds the end of a head while its bytes arrive, and looks at each byte once.
class HeadScanner {
 public:
  enum class State { need_more, complete, bad };

  // `buffered`: all bytes since the head's first one; every call has the earlier bytes again and perhaps more.
  State scan(std::string_view buffered);
  // After `complete`: the head's size, its empty line included.
  size_t size() const { return line_start_; }
  // The first line has been seen whole.
  bool has_start_line() const { return line_start_ > 0; }

 private:
  size_t line_start_ = 0;  // of the line that is being looked for
  size_t searched_ = 0;    // no LF before this
};

// `out.bytes` holds one whole head, its empty line included, as a HeadScanner found it.
HeadError parse_request_head(const HeadLimits& limits, RequestHead& out);
HeadError parse_response_head(const HeadLimits& limits, ResponseHead& out);

// For a head that is refused before it is whole: method and target of the request line, as far as they can be told.
// `out.bytes` holds what has come.
void parse_beginning(RequestHead& out);

// The field lines of a trailer section: like a head's, up to its empty line. Views into `section`.
HeadError parse_fields(std::string_view section, size_t max_fields, Fields& out);

// RFC 9110 section 5.6.2.
bool is_token(std::string_view text);

}  // namespace glassgate::http
