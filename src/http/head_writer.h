// A head that is being written, field by field.
//
// Problem: every request and every answer is written anew, a dozen fields of four pieces each, and appending a piece to
// a string is a call that looks for room, keeps the size and ends the text anew.
// Algorithm: the string is made as long as most heads are. A field looks for room once; its pieces are copied behind
// each other; the string gets its real size at the end.
// Guarantee: what was added, in its order; there is always room, whatever was expected.
// Thread rule: one owner.
// Source: RFC 9112 sections 2 to 5.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

#include "http/message.h"

namespace glassgate::http {

class HeadWriter {
 public:
  // `expected`: bytes that will do for most heads.
  HeadWriter(size_t expected, std::pmr::memory_resource* memory) : text_(expected, '\0', memory) {}

  // A piece of a line, or whole lines.
  void add(std::string_view piece) {
    make_room(piece.size());
    copy(piece);
  }
  void add_field(std::string_view name, std::string_view value) {
    make_room(name.size() + value.size() + 4);
    copy(name);
    copy(": ");
    copy(value);
    copy("\r\n");
  }
  void add_field(const Field& field) { add_field(field.name, field.value); }
  void add_decimal(uint64_t value);
  void add_status_line(int status, std::string_view reason);
  // The head, with the empty line at its end.
  std::pmr::string take();

 private:
  void make_room(size_t n) {
    if (text_.size() - end_ < n) text_.resize(2 * (end_ + n));
  }
  void copy(std::string_view piece) { end_ += piece.copy(&text_[end_], piece.size()); }

  std::pmr::string text_;
  size_t end_ = 0;
};

}  // namespace glassgate::http
