#include "base/utf8.h"

#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

namespace glassgate {
namespace {

// As RFC 3629 writes them, without a thought of which of them are allowed.
std::string encoded(uint32_t point, int length) {
  std::string out;
  for (int i = 0; i < length - 1; ++i) {
    out.insert(out.begin(), static_cast<char>(0x80 | (point & 0x3F)));
    point >>= 6;
  }
  const uint32_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
  out.insert(out.begin(), static_cast<char>(marks[length] | point));
  return out;
}

int shortest_length(uint32_t point) {
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}

TEST_CASE("every character is well-formed in its shortest form, and in no longer one; surrogates never are") {
  size_t wrong = 0;
  for (uint32_t point = 0; point <= 0x10FFFF; point += point < 0x11000 ? 1 : 61) {
    const int shortest = shortest_length(point);
    const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
    const auto expected = static_cast<size_t>(is_surrogate ? 0 : shortest);
    if (utf8_length(encoded(point, shortest), 0) != expected) ++wrong;
    for (int length = shortest + 1; length <= 4; ++length) {
      if (utf8_length(encoded(point, length), 0) != 0) ++wrong;
    }
  }
  CHECK(wrong == 0);
  CHECK(utf8_length(encoded(0x10FFFF, 4), 0) == 4);
}

TEST_CASE("what table 3-7 does not have is no sequence") {
  struct Row {
    std::string what;
    std::string bytes;
  };
  for (const Row& row : std::vector<Row>{{"a continuation alone", "\x80"},
                                         {"the last continuation alone", "\xBF"},
                                         {"overlong NUL", "\xC0\x80"},
                                         {"overlong /", "\xC0\xAF"},
                                         {"C1", "\xC1\xBF"},
                                         {"overlong in three", "\xE0\x9F\xBF"},
                                         {"the first surrogate", "\xED\xA0\x80"},
                                         {"the last surrogate", "\xED\xBF\xBF"},
                                         {"overlong in four", "\xF0\x8F\xBF\xBF"},
                                         {"above U+10FFFF", "\xF4\x90\x80\x80"},
                                         {"F5", "\xF5\x80\x80\x80"},
                                         {"FE", "\xFE"},
                                         {"FF", "\xFF"},
                                         {"ASCII as the second", "\xC3("},
                                         {"ASCII as the third", "\xE2\x82("},
                                         {"ASCII as the fourth", "\xF0\x9F\x98("}}) {
    CAPTURE(row.what);
    CHECK(utf8_length(row.bytes, 0) == 0);
  }
}

TEST_CASE("a sequence is found where it stands, and not from its middle") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z";  // a é € 😀 z
  const std::vector<size_t> lengths{1, 2, 0, 3, 0, 0, 4, 0, 0, 0, 1};
  REQUIRE(text.size() == lengths.size());
  for (size_t at = 0; at < text.size(); ++at) {
    CAPTURE(at);
    CHECK(utf8_length(text, at) == lengths[at]);
  }
}

TEST_CASE("cut at any byte, a sequence is none, and each byte that is left becomes one U+FFFD") {
  for (const std::string whole : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    CHECK(valid_utf8(whole) == whole);
    for (size_t cut = 1; cut < whole.size(); ++cut) {
      CAPTURE(cut);
      const std::string head = whole.substr(0, cut);
      CHECK(utf8_length(head, 0) == 0);
      std::string replaced;
      for (size_t i = 0; i < cut; ++i) replaced += replacement_character;
      CHECK(valid_utf8("<" + head + ">") == "<" + replaced + ">");
      CHECK(valid_utf8(head) == replaced);
    }
  }
}

TEST_CASE("only the bytes that belong nowhere are replaced") {
  const std::string r(replacement_character);
  struct Row {
    std::string in;
    std::string out;
  };
  for (const Row& row : std::vector<Row>{{"", ""},
                                         {"plain", "plain"},
                                         {std::string("a\0b", 3), std::string("a\0b", 3)},
                                         {"caf\xC3\xA9", "caf\xC3\xA9"},
                                         {"caf\xE9", "caf" + r},
                                         {"\xFF\xFE", r + r},
                                         {"\xE2\x82\xC3\xA9", r + r + "\xC3\xA9"},
                                         {"\xED\xA0", r + r},
                                         {r, r}}) {
    CAPTURE(row.in);
    CHECK(valid_utf8(row.in) == row.out);
    CHECK(valid_utf8(row.out) == row.out);
  }
}

TEST_CASE("a prefix never ends inside a character") {
  const std::string text = "a\xC3\xA9\xE2\x82\xAC";  // 1, 2 and 3 bytes
  const std::array<size_t, 8> lengths{0, 1, 1, 3, 3, 3, 6, 6};
  for (size_t most = 0; most < lengths.size(); ++most) CHECK(utf8_prefix(text, most) == text.substr(0, lengths[most]));
}

}  // namespace
}  // namespace glassgate
