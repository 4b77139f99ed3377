#include "http/head_writer.h"

namespace glassgate::http {

void HeadWriter::add_decimal(uint64_t value) {
  head_.make_room(TextBuilder::longest_number);
  head_.put_number(value);
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
  return head_.take();
}

}  // namespace glassgate::http
