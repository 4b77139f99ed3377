#include "gateway/config_text.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate {
namespace {

TEST_CASE("what is shown is one short line without control characters") {
  CHECK(quoted("10 seconds") == "\"10 seconds\"");
  CHECK(quoted("a\nb\x1B[31m\x7F") == R"("a\nb\u001b[31m\u007f")");
  CHECK(quoted("say \"no\" \\") == R"("say \"no\" \\")");
  CHECK(visible("caf\xC3\xA9") == "caf\xC3\xA9");
  CHECK(visible("\xC2\x9B"
                "31m") == "\\u009b31m");
  CHECK(visible("\xFF") == "\xEF\xBF\xBD");
  CHECK(visible(std::string(80, 'x')) == std::string(80, 'x'));
  CHECK(visible(std::string(81, 'x')) == std::string(80, 'x') + "...");
  CHECK(visible(std::string(100, '\x80')) == "...");
  CHECK(visible(std::string(79, 'x') + "\xC3\xA9y") == std::string(79, 'x') + "...");
}

TEST_CASE("ways are dotted, with the numbers of lists in brackets") {
  CHECK(child_key("", "listen") == "listen");
  CHECK(child_key(child_key(child_key("upstreams", "users"), "backends"), 1) == "upstreams.users.backends[1]");
  CHECK(child_key("log", "a\nb") == R"(log.a\nb)");
}

TEST_CASE("the nearest name is found for a slip, and none for another word") {
  const std::vector<std::string_view> names{"header_timeout", "idle_timeout", "max_headers", "log", "x"};
  struct Row {
    std::string text;
    std::string near;
  };
  for (const auto& row : std::vector<Row>{{"header_timout", "header_timeout"},
                                          {"header-timeout", "header_timeout"},
                                          {"headerTimeout", "header_timeout"},
                                          {"idel_timeout", "idle_timeout"},
                                          {"Log", "log"},
                                          {"logs", "log"},
                                          {"lgo", "log"},
                                          {"timeout", ""},
                                          {"dog_", ""},
                                          {"y", ""},
                                          {"", ""}}) {
    const auto& text = row.text;
    const auto& near = row.near;
    CAPTURE(text);
    CHECK(nearest(text, names) == near);
  }
  CHECK(nearest("log", {}).empty());
  CHECK(nearest(std::string(100'000, 'l'), names).empty());
  CHECK(nearest("log", std::vector<std::string_view>(101, "log")).empty());
  CHECK(did_you_mean("max_header", names) == "; did you mean max_headers?");
  CHECK(did_you_mean("colour", names).empty());
}

TEST_CASE("names are listed as a person would") {
  CHECK(either_of({"a", "b", "c"}) == "a, b or c");
  CHECK(either_of({"a"}) == "a");
  CHECK(listed({"a", "b", "c"}) == "a, b, c");
}

}  // namespace
}  // namespace glassgate
