#include "base/strings.h"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

namespace glassgate {
namespace {

TEST_CASE("case is that of ASCII and of nothing else") {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool capital = byte >= 'A' && byte <= 'Z';
    CHECK(lower(c) == (capital ? static_cast<char>(byte + 32) : c));
  }
  CHECK(to_lower("X-ReQuest-\xC3\x84") == "x-request-\xC3\x84");
  CHECK(iequals("Content-LENGTH", "content-length"));
  CHECK(iequals("", ""));
  CHECK_FALSE(iequals("Host", "Hos"));
  CHECK_FALSE(iequals("[", "{"));  // 32 apart, as letters of two cases are
  CHECK_FALSE(iequals("\xC3\x84", "\xC3\xA4"));
}

TEST_CASE("hexadecimal digits have their values, everything else none") {
  const std::string digits = "0123456789abcdef";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const size_t at = digits.find(lower(c));
    CHECK(hex_value(c) == (at == std::string::npos ? -1 : static_cast<int>(at)));
  }
}

TEST_CASE("spaces and tabs at the ends are no part of a value, and nothing else is taken off") {
  struct Row {
    std::string text;
    std::string trimmed;
  };
  for (const Row& row : std::vector<Row>{{"", ""},
                                         {" \t ", ""},
                                         {"a", "a"},
                                         {"\t a b \t", "a b"},
                                         {"\r\na\v\f", "\r\na\v\f"},
                                         {"\xC2\xA0x", "\xC2\xA0x"}}) {
    CAPTURE(row.text);
    CHECK(trim(row.text) == row.trimmed);
  }
}

TEST_CASE("a list is taken apart piece by piece") {
  struct Row {
    std::string text;
    std::vector<std::string> pieces;
  };
  for (const Row& row : std::vector<Row>{{"", {}},
                                         {"a", {"a"}},
                                         {"a,b", {"a", "b"}},
                                         {",a,,b", {"", "a", "", "b"}},
                                         {"a,", {"a"}},  // nothing is left behind the last separator
                                         {",", {""}}}) {
    CAPTURE(row.text);
    std::vector<std::string> pieces;
    std::string_view rest = row.text;
    while (!rest.empty()) pieces.emplace_back(take_until(rest, ','));
    CHECK(pieces == row.pieces);
  }
}

TEST_CASE("a number is digits within 64 bits, and never a guess") {
  CHECK(parse_decimal("0") == uint64_t{0});
  CHECK(parse_decimal("007") == uint64_t{7});
  CHECK(parse_decimal("18446744073709551615") == std::numeric_limits<uint64_t>::max());
  for (const char* bad : {"", "-1", "+1", " 1", "1 ", "1a", "0x10", "1.0", "1e3", "18446744073709551616",
                          "99999999999999999999999", "\xD9\xA3"}) {
    CAPTURE(std::string(bad));
    CHECK_FALSE(parse_decimal(bad).has_value());
  }
}

}  // namespace
}  // namespace glassgate
