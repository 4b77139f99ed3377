// A head that is being written, field by field.
//
// Problem: every request and every answer is written anew, a dozen fields of four pieces each.
// Guarantee: what was added, in its order. That no name, value or reason holds a line end is for the caller to know.
// Thread rule: one owner.
// Source: RFC 9112 sections 2 to 5.
#pragma once

#include <memory_resource>
#include <string>
#include <string_view>

#include "base/text_builder.h"
#include "http/message.h"

namespace glassgate::http {

class HeadWriter {
 public:
  // `expected`: bytes that will do for most heads.
  HeadWriter(size_t expected, std::pmr::memory_resource* memory) : head_(expected, memory) {}

  // A piece of a line, or whole lines.
  void add(std::string_view piece) { head_.add(piece); }
  void add_field(std::string_view name, std::string_view value) { head_.add(name, ": ", value, "\r\n"); }
  void add_field(const Field& field) { add_field(field.name, field.value); }
  void add_status_line(int status, std::string_view reason) {
    head_.add("HTTP/1.1 ");
    head_.add_number(status);
    head_.add(' ', reason, "\r\n");
  }
  // The head, with the empty line at its end.
  std::pmr::string take() {
    head_.add("\r\n");
    return head_.take();
  }

 private:
  TextBuilder head_;
};

}  // namespace glassgate::http
