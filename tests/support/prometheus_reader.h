// A strict reader of the Prometheus text format, version 0.0.4: what a scraper would throw away, it throws for.
//
// Stricter than the format in what the gateway never writes: no time stamps, no empty lines, no comments, and each
// family has its HELP, its TYPE and then its samples.
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <string>
#include <string_view>

namespace glassgate::test {

// One thing after the other off a page. Throws std::runtime_error where it is not what the format asks for.
class PrometheusReader {
 public:
  explicit PrometheusReader(std::string_view page) : rest_(page) {}

  bool at_end() const { return rest_.empty(); }
  bool next_is(std::string_view text) const { return rest_.starts_with(text); }
  void skip(std::string_view text);

  // Of a metric; that of a label has no colon.
  std::string name();
  std::string label_name();
  // Up to `end`, which is taken, too; with `\\` and `\n`, and `\"` in quotes, undone.
  std::string text_up_to(char end);
  // And the end of its line.
  double number();

 private:
  std::string run_of(std::string_view characters);
  char take();
  char unescape(bool in_quotes);

  std::string_view rest_;
};

// Throws when any line of it is not what it should be.
void read_prometheus_page(std::string_view page);

}  // namespace glassgate::test
