#include "http/head_writer.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>

namespace glassgate::http {
namespace {

// A head of a few fields, by a writer that expected so many bytes.
std::string head_by(size_t expected) {
  HeadWriter head(expected, std::pmr::get_default_resource());
  head.add_status_line(200, "OK");
  head.add_field("Server", std::string_view());
  head.add_field(Field{"X-A", "b c"});
  head.add("X-B: c\r\nX-C: d\r\n");
  return std::string(head.take());
}

TEST_CASE("a head is what was added, in its order, and an empty line, whatever room was expected") {
  const std::string whole = "HTTP/1.1 200 OK\r\nServer: \r\nX-A: b c\r\nX-B: c\r\nX-C: d\r\n\r\n";
  for (size_t expected = 0; expected <= whole.size() + 1; ++expected) {
    CAPTURE(expected);
    CHECK(head_by(expected) == whole);
  }
}

TEST_CASE("a field of any length finds room") {
  const std::string value(100'000, 'v');
  HeadWriter head(16, std::pmr::get_default_resource());
  head.add_field("N", value);
  head.add(std::string_view());
  head.add_field(value, "");
  CHECK(std::string(head.take()) == "N: " + value + "\r\n" + value + ": \r\n\r\n");
}

}  // namespace
}  // namespace glassgate::http
