#include "http/target.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate::http {
namespace {

struct SplitRow {
  const char* method;
  const char* target;
  TargetForm form;
  const char* authority;
  const char* path;
  const char* query;
  const char* path_and_query;
};

TEST_CASE("a target is cut into its parts and nothing in it is changed") {
  const SplitRow rows[] = {
      {"GET", "/", TargetForm::origin, "", "/", "", "/"},
      {"GET", "/a/b?x=1&y=2", TargetForm::origin, "", "/a/b", "x=1&y=2", "/a/b?x=1&y=2"},
      {"GET", "/a?", TargetForm::origin, "", "/a", "", "/a?"},
      {"GET", "/a?b?c/d", TargetForm::origin, "", "/a", "b?c/d", "/a?b?c/d"},
      {"GET", "/%61/../b%zz", TargetForm::origin, "", "/%61/../b%zz", "", "/%61/../b%zz"},
      {"GET", "//evil.example/a", TargetForm::origin, "", "//evil.example/a", "", "//evil.example/a"},
      {"BREW", "/pot\\\"<>^`{|}", TargetForm::origin, "", "/pot\\\"<>^`{|}", "", "/pot\\\"<>^`{|}"},
      {"GET", "/http://other/", TargetForm::origin, "", "/http://other/", "", "/http://other/"},
      {"OPTIONS", "/x", TargetForm::origin, "", "/x", "", "/x"},
      {"OPTIONS", "*", TargetForm::asterisk, "", "", "", ""},
      {"GET", "http://h/a?b", TargetForm::absolute, "h", "/a", "b", "/a?b"},
      {"GET", "HTTPS://H:8443/a", TargetForm::absolute, "H:8443", "/a", "", "/a"},
      {"GET", "http://h", TargetForm::absolute, "h", "", "", ""},
      {"GET", "http://h?q", TargetForm::absolute, "h", "", "q", "?q"},
      {"OPTIONS", "http://h", TargetForm::absolute, "h", "", "", ""},
      {"GET", "http://[::1]:80//a", TargetForm::absolute, "[::1]:80", "//a", "", "//a"},
      {"CONNECT", "example.com:443", TargetForm::authority, "example.com:443", "", "", ""},
      {"CONNECT", "[2001:db8::1]:443", TargetForm::authority, "[2001:db8::1]:443", "", "", ""},
  };
  for (const SplitRow& row : rows) {
    CAPTURE(std::string(row.target));
    const auto target = split_target(row.method, row.target);
    REQUIRE(target.has_value());
    CHECK(target->form == row.form);
    CHECK(target->authority == row.authority);
    CHECK(target->path == row.path);
    CHECK(target->query == row.query);
    CHECK(target->path_and_query == row.path_and_query);
  }
}

TEST_CASE("a target in no form that its method may have is refused") {
  const struct {
    const char* method;
    std::vector<std::string> targets;
  } rows[] = {
      {"GET",
       {"", "*", "a", "?q", "%2Fa", "example.com:443", "ftp://h/", "ws://h/", "httpss://h/", "http:/h/", "http:h/"}},
      {"GET",
       {"http://", "http:///a", "http://:80/", "http://user@h/", "http://u:p@h/", "http://h:/", "http://h:99999/"}},
      {"OPTIONS", {"**", "*?q", "*/", "example.com:443"}},
      {"options", {"*"}},
      {"CONNECT", {"/", "*", "http://h:80/", "example.com", "[::1]", "user@h:443", "h:", "h:0", "h:443/"}},
      {"connect", {"example.com:443"}},
  };
  for (const auto& row : rows) {
    for (const std::string& target : row.targets) {
      CAPTURE(std::string(row.method));
      CAPTURE(target);
      CHECK_FALSE(split_target(row.method, target).has_value());
    }
  }
}

TEST_CASE("only visible ASCII without '#' is a target byte, wherever it stands") {
  for (int byte = 0; byte < 256; ++byte) {
    CAPTURE(byte);
    const char c = static_cast<char>(byte);
    const bool allowed = byte > 0x20 && byte < 0x7F && byte != '#';
    CHECK(split_target("GET", std::string("/a") + c + "b").has_value() == allowed);
    CHECK(split_target("GET", std::string("/a?") + c).has_value() == allowed);
    CHECK(split_target("GET", std::string("http://h/") + c).has_value() == allowed);
  }
}

struct PathRow {
  const char* raw;
  const char* normalised;
};

constexpr PathRow path_rows[] = {
    {"", "/"},
    {"/", "/"},
    {"//", "/"},
    {"/a", "/a"},
    {"/a/", "/a/"},
    {"//a///b//", "/a/b/"},
    {"/.", "/"},
    {"/./", "/"},
    {"/..", "/"},
    {"/../..", "/"},
    {"/../../a", "/a"},
    {"/a/.", "/a/"},
    {"/a/..", "/"},
    {"/a/../", "/"},
    {"/a/b/.", "/a/b/"},
    {"/a/b/..", "/a/"},
    {"/a/b/../../../c", "/c"},
    {"/a/./b/../c", "/a/c"},
    {"/a/../b//c", "/b/c"},
    {"/a/b/../..", "/"},
    {"/...", "/..."},
    {"/.a/..b/c.", "/.a/..b/c."},
    {"/%61%62", "/ab"},
    {"/%2e%2E/a", "/a"},
    {"/a/%2e", "/a/"},
    {"/a/.%2e/b", "/b"},
    {"/a%2Fb", "/a/b"},
    {"/a%2f..%2fb", "/b"},
    {"/%2F%2Fa", "/a"},
    {"/a%20b", "/a b"},
    {"/a%3Fb%23c", "/a?b#c"},
    {"/a+b", "/a+b"},
    {"/caf%C3%A9", "/caf\xC3\xA9"},
    {"/%ff%01%7f", "/\xFF\x01\x7F"},
    {"/%2541", "/%41"},
    {"/%252e%252e/a", "/%2e%2e/a"},
    {"/a%25", "/a%"},
    {"/a;v=1/b", "/a;v=1/b"},
    {"/a\\..\\b", "/a\\..\\b"},
};

TEST_CASE("all spellings of a path have one normalised spelling (I1)") {
  for (const PathRow& row : path_rows) {
    CAPTURE(std::string(row.raw));
    const auto path = normalise_path(row.raw);
    REQUIRE(path.has_value());
    CHECK(*path == row.normalised);
  }
}

// The checks of I1 on any normalised path, apart from the escapes, which only the raw path shows.
void check_normal_form(const std::string& path) {
  CAPTURE(path);
  REQUIRE_FALSE(path.empty());
  CHECK(path.front() == '/');
  CHECK(path.find("//") == std::string::npos);
  CHECK((path + "/").find("/./") == std::string::npos);
  CHECK((path + "/").find("/../") == std::string::npos);
  CHECK(path.find('\0') == std::string::npos);
}

TEST_CASE("every short path of dots, slashes and escapes ends in the normal form, and in the root at most (I1, I2)") {
  const std::string pieces[] = {"/", ".", "a", "%2e", "%2F", "%25"};
  size_t tried = 0;
  size_t refused = 0;  // those with a ".." behind an empty segment
  for (size_t number = 0; number < 6 * 6 * 6 * 6 * 6 * 6; ++number) {
    std::string raw = "/";
    size_t rest = number;
    for (int i = 0; i < 6; ++i, rest /= 6) raw += pieces[rest % 6];
    const auto path = normalise_path(raw);
    if (path) check_normal_form(*path);
    refused += path ? 0 : 1;
    ++tried;
  }
  CHECK(tried == 46656);
  CHECK(refused > 0);
  CHECK(refused < tried / 2);
}

TEST_CASE("a path never climbs above the root, however often it tries (I2)") {
  std::string raw;
  for (int i = 0; i < 10000; ++i) raw += "/..";
  CHECK(normalise_path(raw) == "/");
  CHECK(normalise_path(raw + "/etc/passwd") == "/etc/passwd");
  std::string down_and_up;
  for (int i = 0; i < 10000; ++i) down_and_up += "/a";
  CHECK(normalise_path(down_and_up + raw + "/b") == "/b");
}

TEST_CASE("an escape that is none, or hides a NUL, is an error (I3)") {
  for (const std::string raw : {"/%", "/a%", "/%4", "/a%4", "/%zz", "/%4z", "/%z4", "/%%41", "/% 41", "/%+1", "/%-1",
                                "/%0x", "/%00", "/a%00b", "/a/%00", "/%u0041", "/ok/%zz/../ok"}) {
    CAPTURE(raw);
    CHECK_FALSE(normalise_path(raw).has_value());
  }
  CHECK_FALSE(normalise_path(std::string("/a\0b", 4)).has_value());
}

TEST_CASE("a '..' behind an empty segment has two readings and is an error (I3)") {
  for (const std::string raw :
       {"/a//../b", "//..", "/admin//../x", "/a%2F/../b", "/a//%2e%2e/b", "/a//b/../../x", "/a//./../b"}) {
    CAPTURE(raw);
    CHECK_FALSE(normalise_path(raw).has_value());
  }
}

TEST_CASE("what does not begin with '/' is no path") {
  for (const std::string raw : {"*", "a", "a/b", "%2Fa", ".", "?"}) {
    CAPTURE(raw);
    CHECK_FALSE(normalise_path(raw).has_value());
  }
}

TEST_CASE("an authority is a host and perhaps a port") {
  for (const std::string authority : {"h", "example.com", "example.com.", "EXAMPLE.com:80", "h:1", "h:65535", "h:080",
                                      "127.0.0.1", "127.0.0.1:9000", "[::1]", "[::1]:80", "[2001:db8::7]:8080",
                                      "[::ffff:192.0.2.7]", "a_b-c~d", "a!$&'()*+;=b", "caf%C3%A9", "999.1.1.1"}) {
    CAPTURE(authority);
    CHECK(is_valid_authority(authority));
  }
}

TEST_CASE("anything else is no authority") {
  for (const std::string authority :
       {"",           ":",           ":80",         "h:",      "h:0",     "h:65536",     "h:99999",
        "h:000080",   "h:+80",       "h:8o",        "h:-1",    "h: 80",   "h:80:80",     "a,b",
        "a, b",       "user@h",      "user:pass@h", "a b",     " h",      "h ",          "h/",
        "h?",         "h#",          "a%",          "a%4",     "a%zz",    "h\\",         "<h>",
        "h\"",        "caf\xC3\xA9", "[",           "]",       "[]",      "[]:80",       "[::1",
        "::1",        "::1]",        "[::1]x",      "[::1]80", "[::1]:",  "[127.0.0.1]", "[::1%25eth0]",
        "[::1%eth0]", "[v1.a]",      "[:::]",       "[g::1]",  "[[::1]]", "x[::1]",      "[::1][::1]"}) {
    CAPTURE(authority);
    CHECK_FALSE(is_valid_authority(authority));
  }
  CHECK_FALSE(is_valid_authority(std::string("a\0b", 3)));
  CHECK_FALSE(is_valid_authority(std::string("[::1\0]", 6)));
}

}  // namespace
}  // namespace glassgate::http
