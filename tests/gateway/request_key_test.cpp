#include "gateway/request_key.h"

#include <doctest/doctest.h>

#include <string>

#include "support/test_exchange.h"

namespace glassgate {
namespace {

using Kind = KeySource::Kind;

// `fields`: whole lines. The client is 192.0.2.1.
std::string key_of(const std::string& fields, const KeySource& source, const std::string& path = "/a/b") {
  test::TestExchange exchange("GET " + path + " HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n");
  exchange.x.client_ip = "192.0.2.1";
  return request_key(exchange.x, source);
}

TEST_CASE("a request's key is what its source names") {
  const struct {
    std::string what;
    KeySource source;
    std::string fields;
    std::string key;
  } rows[] = {
      {"none", {Kind::none, ""}, "X-User: u\r\n", "none"},
      {"the address", {Kind::client_ip, ""}, "X-User: u\r\n", "192.0.2.1"},
      {"the path", {Kind::path, ""}, "X-User: u\r\n", "path=/a/b"},
      {"a header", {Kind::header, "X-User"}, "X-User: u\r\n", "header=u"},
      {"a header, in any case", {Kind::header, "X-User"}, "x-uSER: u\r\n", "header=u"},
      {"a header's value keeps its case", {Kind::header, "X-User"}, "X-User: Ab c\r\n", "header=Ab c"},
      {"the first of two headers", {Kind::header, "X-User"}, "X-User: u\r\nX-User: v\r\n", "header=u"},
      {"a cookie", {Kind::cookie, "s"}, "Cookie: s=1\r\n", "cookie=1"},
      {"a cookie among others", {Kind::cookie, "s"}, "Cookie: ss=0; as=2;  s=1 ; t=3\r\n", "cookie=1"},
      {"a cookie in a second line", {Kind::cookie, "s"}, "Cookie: t=3\r\nCookie: s=1\r\n", "cookie=1"},
      {"the first of two cookies", {Kind::cookie, "s"}, "Cookie: s=1; s=2\r\n", "cookie=1"},
      {"a cookie's value with =", {Kind::cookie, "s"}, "Cookie: s=a=b==\r\n", "cookie=a=b=="},
      {"a cookie without a space", {Kind::cookie, "s"}, "Cookie: t=3;s=1\r\n", "cookie=1"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(key_of(row.fields, row.source) == row.key);
  }
}

TEST_CASE("where what is asked for is missing or empty, the key is the client's address") {
  const struct {
    std::string what;
    KeySource source;
    std::string fields;
  } rows[] = {
      {"no header", {Kind::header, "X-User"}, ""},
      {"another header", {Kind::header, "X-User"}, "X-Users: u\r\n"},
      {"an empty header", {Kind::header, "X-User"}, "X-User:\r\n"},
      {"a header of spaces", {Kind::header, "X-User"}, "X-User:   \r\n"},
      {"no cookie", {Kind::cookie, "s"}, ""},
      {"another cookie", {Kind::cookie, "s"}, "Cookie: ss=1; S=2; sx=3\r\n"},
      {"an empty cookie", {Kind::cookie, "s"}, "Cookie: s=; t=1\r\n"},
      {"a cookie without =", {Kind::cookie, "s"}, "Cookie: s\r\n"},
      {"nothing but semicolons", {Kind::cookie, "s"}, "Cookie: ;;; ;\r\n"},
      {"the header of that name is no cookie", {Kind::cookie, "s"}, "s: 1\r\nX-Cookie: s=1\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.what);
    CHECK(key_of(row.fields, row.source) == "192.0.2.1");
  }
}

TEST_CASE("a header that says an address, or any other key, is neither (I1)") {
  for (const std::string value : {"192.0.2.1", "none", "path=/a/b", "cookie=192.0.2.1", "=192.0.2.1", "header="}) {
    CAPTURE(value);
    const std::string by_header = key_of("X-User: " + value + "\r\n", {Kind::header, "X-User"});
    const std::string by_cookie = key_of("Cookie: s=" + value + "\r\n", {Kind::cookie, "s"});
    CHECK(by_header == "header=" + value);
    CHECK(by_cookie == "cookie=" + value);
  }
  CHECK(key_of("", {Kind::path, ""}, "/192.0.2.1") != "192.0.2.1");
}

TEST_CASE("the path is keyed as it is matched: normalised and decoded") {
  for (const std::string path : {"/a/b", "/a/./b", "/a/x/../b", "/%61/b", "/a/b?c=d"}) {
    CAPTURE(path);
    CHECK(key_of("", {Kind::path, ""}, path) == "path=/a/b");
  }
  CHECK(key_of("", {Kind::path, ""}, "/a/B") != "path=/a/b");
}

}  // namespace
}  // namespace glassgate
