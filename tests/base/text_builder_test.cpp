#include "base/text_builder.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <memory_resource>
#include <string>

namespace glassgate {
namespace {

TEST_CASE("a text is what was put, in its order, whatever was expected (I1)") {
  const std::string whole = "a[b,]0";
  for (size_t expected = 0; expected <= whole.size() + 1; ++expected) {
    CAPTURE(expected);
    TextBuilder builder(expected, std::pmr::get_default_resource());
    for (const std::string_view piece : {"a", "", "[b,]"}) {
      builder.make_room(piece.size());
      builder.put(piece);
    }
    builder.make_room(1);
    builder.put('0');
    CHECK(builder.text() == whole);
    CHECK(std::string_view(builder.take()) == whole);
  }
}

TEST_CASE("the longest numbers fit into the room that is said to be theirs (I1)") {
  TextBuilder builder(0, std::pmr::get_default_resource());
  builder.make_room(3 * TextBuilder::longest_number);
  builder.put_number(std::numeric_limits<uint64_t>::max());
  builder.put_number(std::numeric_limits<int64_t>::min());
  builder.put_number(-std::numeric_limits<double>::min());
  CHECK(builder.text() == "18446744073709551615-9223372036854775808-2.2250738585072014e-308");
  CHECK(std::string_view("-2.2250738585072014e-308").size() == TextBuilder::longest_number);
}

}  // namespace
}  // namespace glassgate
