#include "hardening/pages.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <regex>
#include <sstream>

#include "http/head_parser.h"
#include "support/json_reader.h"
#include "support/metrics_page.h"

namespace glassgate::test {
namespace {

bool is_json(const std::string& text) {
  return read_json(text).has_value();
}

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

// The text format 0.0.4, but for time stamps, which the gateway never writes.
bool is_metrics_line(const std::string& line) {
  static const std::string label = R"re([a-zA-Z_]\w*="([^"\\]|\\["\\n])*")re";
  static const std::regex sample(R"re([a-zA-Z_:][a-zA-Z0-9_:]*)re" + ("(\\{" + label + "(," + label + ")*\\})?") +
                                 R"( \S+)");
  return line.starts_with("# HELP ") || line.starts_with("# TYPE ") || std::regex_match(line, sample);
}

void check_metrics(const std::string& page) {
  std::istringstream lines(page);
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(is_metrics_line(line));
  }
  CHECK_NOTHROW(MetricsPage{page});
}

// /explain is an array with a line for each request.
bool is_explain_page(std::string page) {
  std::erase(page, '\n');
  return is_json(page);
}

}  // namespace

void check_all_pages(const TestGateway& gateway) {
  for (const std::string& line : gateway.log_lines()) {
    CAPTURE(line);
    CHECK(is_json(line));
  }
  CHECK(is_json(without_line_end(gateway.admin("/status"))));
  CHECK(is_explain_page(gateway.admin("/explain")));
  const std::string table = gateway.admin("/explain?text");
  CHECK(std::none_of(table.begin(), table.end(), [](char c) { return (c >= 0 && c < ' ' && c != '\n') || c == 0x7F; }));
  check_metrics(gateway.admin("/metrics"));
}

void check_head(const std::string& head) {
  CAPTURE(head);
  http::Fields fields;
  CHECK(http::parse_fields(std::string_view(head).substr(head.find("\r\n") + 2), 200, fields) == http::HeadError::none);
  CHECK(fields.find("X-Injected") == nullptr);
}

}  // namespace glassgate::test
