#include "hardening/pages.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string_view>

#include "http/head_parser.h"
#include "support/json_reader.h"
#include "support/metrics_page.h"
#include "support/prometheus_reader.h"

namespace glassgate::test {
namespace {

bool is_json(const std::string& text) {
  return read_json(text).has_value();
}

std::string without_line_end(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
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
  const std::string metrics = gateway.admin("/metrics");
  CHECK_NOTHROW(read_prometheus_page(metrics));
  CHECK_NOTHROW(MetricsPage{metrics});  // and no sample is there twice
}

void check_head(const std::string& head) {
  CAPTURE(head);
  http::Fields fields;
  CHECK(http::parse_fields(std::string_view(head).substr(head.find("\r\n") + 2), 200, fields) == http::HeadError::none);
  CHECK(fields.find("X-Injected") == nullptr);
}

}  // namespace glassgate::test
