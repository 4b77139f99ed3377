// The exercises of docs/lessons/27-testing-a-gateway.md. Take out a skip() to work on one.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "27_line_reader.h"
#include "27_shrink.h"
#include "http/head_parser.h"

namespace glassgate::exercises {
namespace {

TEST_CASE("exercise 27.1: lines are the same, wherever their bytes were cut" * doctest::skip()) {
  const std::string wire = "one\r\n\r\ntwo\rand\nhalf\r\r\nthree\r\nnot whole";
  const std::vector<std::string> expected{"one", "", "two\rand\nhalf\r", "three"};
  for (size_t first = 0; first <= wire.size(); ++first) {
    for (size_t second = first; second <= wire.size(); ++second) {
      CAPTURE(first);
      CAPTURE(second);
      LineReader reader;
      std::vector<std::string> all;
      for (const std::string& piece :
           {wire.substr(0, first), wire.substr(first, second - first), wire.substr(second)}) {
        for (const std::string& line : reader.take(piece)) all.push_back(line);
      }
      CHECK(all == expected);
    }
  }
}

TEST_CASE("exercise 27.2: what is left of a failing input cannot be made smaller" * doctest::skip()) {
  size_t calls = 0;
  const auto is_refused = [&calls](const std::string& line) {
    ++calls;
    http::RequestHead head;
    head.bytes = "GET / HTTP/1.1\r\n" + line + "\r\n\r\n";
    return parse_request_head({}, head) == http::HeadError::line_ending;
  };
  std::string input = "X-Long: " + std::string(4000, 'a') + "\r" + std::string(3000, 'b');
  CHECK(shrink(input, is_refused) == "\r");
  CHECK(calls < 500);

  const auto has_both = [](const std::string& text) {
    const size_t a = text.find('A');
    return a != std::string::npos && text.find('B', a) != std::string::npos;
  };
  CHECK(shrink("xxAxxxBxBxxxAx", has_both) == "AB");
  CHECK(shrink("xyz", [](const std::string&) { return true; }).empty());
}

}  // namespace
}  // namespace glassgate::exercises
