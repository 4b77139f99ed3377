// Where a message's body ends.
//
// Problem: Content-Length, Transfer-Encoding and the closing of the connection can each say where a body ends; a
// proxy that picks one where they disagree lets one request hide inside another (request smuggling).
// Guarantee: either there is exactly one reading, or an error. Nothing is guessed, nothing repaired.
// Invariants:
//   I1 Content-Length and Transfer-Encoding together are refused
//   I2 Content-Length is one field line of decimal digits within 63 bits; repeated, listed, signed or hexadecimal is
//      refused
//   I3 Transfer-Encoding is exactly `chunked`; in HTTP/1.0 it is refused
//   I4 an answer to HEAD, and a 1xx, 204 or 304, has no body, whatever its fields say
// Thread rule: pure functions.
// Source: RFC 9112 section 6.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.h"

namespace glassgate::http {

struct BodyFraming {
  enum class Kind { none, length, chunked, until_close };
  Kind kind = Kind::none;
  uint64_t length = 0;  // of Kind::length

  static BodyFraming of_length(uint64_t n) { return {n > 0 ? Kind::length : Kind::none, n}; }
  bool is_none() const { return kind == Kind::none; }
};

enum class FramingError {
  none,
  length_and_coding,        // I1
  bad_length,               // I2
  bad_transfer_coding,      // I3: chunked is not the one and last coding
  unknown_transfer_coding,  // I3: a coding that this program does not know
  coding_in_http10,         // I3
};
std::string_view describe(FramingError error);

FramingError request_framing(const RequestHead& head, BodyFraming& out);
FramingError response_framing(const ResponseHead& head, std::string_view request_method, BodyFraming& out);

}  // namespace glassgate::http
