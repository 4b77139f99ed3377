#include "http/head_writer.h"

#include <charconv>
#include <utility>

namespace glassgate::http {

void HeadWriter::add_decimal(uint64_t value) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  add({digits, static_cast<size_t>(end - digits)});
}

void HeadWriter::add_status_line(int status, std::string_view reason) {
  add("HTTP/1.1 ");
  add_decimal(static_cast<uint64_t>(status));
  add(" ");
  add(reason);
  add("\r\n");
}

std::pmr::string HeadWriter::take() {
  add("\r\n");
  text_.resize(end_);
  return std::move(text_);
}

}  // namespace glassgate::http
