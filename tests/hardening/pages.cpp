#include "hardening/pages.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>

#include "base/strings.h"
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

// Takes a name off the front of `rest`; false when there is none.
bool take_name(std::string_view& rest) {
  size_t n = 0;
  while (n < rest.size() && (std::isalnum(static_cast<unsigned char>(rest[n])) || rest[n] == '_' || rest[n] == ':'))
    ++n;
  const bool good = n > 0 && !is_digit(rest.front());
  rest.remove_prefix(n);
  return good;
}

// ="value", in which a backslash stands before a backslash, a quote or an n, and a quote nowhere else.
bool take_label_value(std::string_view& rest) {
  if (!rest.starts_with("=\"")) return false;
  size_t i = 2;
  for (; i < rest.size() && rest[i] != '"'; ++i) {
    if (rest[i] == '\\' && (++i == rest.size() || std::string_view("\\\"n").find(rest[i]) == std::string_view::npos)) {
      return false;
    }
  }
  const bool good = i < rest.size();
  rest.remove_prefix(std::min(i + 1, rest.size()));
  return good;
}

bool take_labels(std::string_view& rest) {
  do {
    rest.remove_prefix(1);  // the brace, or a comma
    if (!take_name(rest) || !take_label_value(rest)) return false;
  } while (rest.starts_with(','));
  const bool good = rest.starts_with('}');
  rest.remove_prefix(good ? 1 : 0);
  return good;
}

// The text format 0.0.4, but for time stamps, which the gateway never writes.
bool is_metrics_line(std::string_view line) {
  if (line.starts_with("# HELP ") || line.starts_with("# TYPE ")) return true;
  if (!take_name(line)) return false;
  if (line.starts_with('{') && !take_labels(line)) return false;
  return line.size() > 1 && line.front() == ' ' && line.find_first_of(" \t", 1) == std::string_view::npos;
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
