// Prefixes by whole segments, and how they are taken off a path.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "http/target.h"

namespace glassgate::http {
namespace {

struct StripRow {
  const char* raw;
  const char* prefix;
  const char* sent;
};

constexpr StripRow strip_rows[] = {
    {"/api/users", "/api", "/users"},
    {"/api", "/api", "/"},
    {"/api/", "/api", "/"},
    {"/a/b/c", "/a/b", "/c"},
    {"", "/api", "/"},
    {"/x", "", "/x"},
    // The rest is kept byte for byte ...
    {"/api/%7Eme/a%2Fb//c/./d", "/api", "/%7Eme/a%2Fb//c/./d"},
    {"/api//users", "/api", "//users"},
    {"/api/a/../b", "/api", "/a/../b"},
    // ... unless the prefix is hidden.
    {"/%61pi/%7Eme", "/api", "/~me"},
    {"//api/x", "/api", "/x"},
    {"/./api/x", "/api", "/x"},
    {"/x/../api/y", "/api", "/y"},
    {"/api%2Fx", "/api", "/x"},
    {"/%61pi", "/api", "/"},
    {"/%61pi/a%20b%3F%23%25%22", "/api", "/a%20b%3F%23%25%22"},
    {"/%61pi/caf%c3%a9", "/api", "/caf%C3%A9"},
    {"/%61pi/%3A@!$&'()*+,;=-._~", "/api", "/:@!$&'()*+,;=-._~"},
    {"/a%20b/c", "/a b", "/c"},
    // A path without the prefix stays as it is.
    {"/apix", "/api", "/apix"},
    {"/API/x", "/api", "/API/x"},
    {"/api/../admin", "/api", "/api/../admin"},
};

TEST_CASE("a prefix is taken off, and the rest stays as it was written where that is safe") {
  for (const StripRow& row : strip_rows) {
    CAPTURE(std::string(row.raw));
    CAPTURE(std::string(row.prefix));
    const auto normalised = normalise_path(row.raw);
    REQUIRE(normalised.has_value());
    CHECK(strip_path_prefix(row.raw, *normalised, row.prefix) == row.sent);
  }
}

TEST_CASE("a prefix is one by whole segments") {
  for (const std::string path : {"/api", "/api/", "/api/x"}) CHECK(has_path_prefix(path, "/api"));
  for (const std::string path : {"", "/", "/ap", "/apix", "/x/api", "api"}) CHECK_FALSE(has_path_prefix(path, "/api"));
}

TEST_CASE("the rest never climbs back over the prefix (I4)") {
  const StripRow rows[] = {
      {"/api/../api/x", "/api", "/x"}, {"/api/x/../../api/y", "/api", "/y"}, {"/api/%2e%2e/api/x", "/api", "/x"},
      {"/a/b/../b/c", "/a/b", "/c"},   {"/a/b/../../a/b/c", "/a/b", "/c"},   {"/a/../a/a", "/a", "/a"},
      {"/a/../a", "/a", "/"},
  };
  for (const StripRow& row : rows) {
    CAPTURE(std::string(row.raw));
    CHECK(strip_path_prefix(row.raw, normalise_path(row.raw).value_or(""), row.prefix) == row.sent);
  }
}

TEST_CASE("what is sent, normalised, is always the rest of the normalised path (I4)") {
  const std::string pieces[] = {"/", "..", "a", "%61", "%2F", "/a"};
  for (size_t number = 0; number < 6 * 6 * 6 * 6 * 6 * 6; ++number) {
    std::string raw = "/";
    size_t rest = number;
    for (int i = 0; i < 6; ++i, rest /= 6) raw += pieces[rest % 6];
    const std::string path = normalise_path(raw).value_or("");
    if (path != "/a" && path.rfind("/a/", 0) != 0) continue;
    const std::string expected = path.size() == 2 ? "/" : path.substr(2);
    CAPTURE(raw);
    CHECK(normalise_path(strip_path_prefix(raw, path, "/a")) == expected);
  }
}

}  // namespace
}  // namespace glassgate::http
