#include "base/text_builder.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <memory_resource>
#include <string>

namespace glassgate {
namespace {

TEST_CASE("a text is what was added, in its order, whatever was expected") {
  const std::string whole = "a[b,] c\r\n0";
  for (size_t expected = 0; expected <= whole.size() + 1; ++expected) {
    CAPTURE(expected);
    TextBuilder builder(expected, std::pmr::get_default_resource());
    builder.add('a', std::string("[b,]"), std::string_view(), " c\r\n");
    builder.add_number(0);
    CHECK(builder.text() == whole);
    CHECK(std::string_view(builder.take()) == whole);
  }
}

TEST_CASE("the longest numbers find room") {
  TextBuilder builder(0, std::pmr::get_default_resource());
  builder.add_number(std::numeric_limits<uint64_t>::max());
  builder.add_number(std::numeric_limits<int64_t>::min());
  builder.add_number(-std::numeric_limits<double>::min());
  CHECK(builder.text() == "18446744073709551615-9223372036854775808-2.2250738585072014e-308");
}

TEST_CASE("a piece of any length finds room") {
  const std::string piece(100'000, 'p');
  TextBuilder builder(16, std::pmr::get_default_resource());
  builder.add('<', piece, '>', piece);
  CHECK(builder.text() == "<" + piece + ">" + piece);
}

}  // namespace
}  // namespace glassgate
