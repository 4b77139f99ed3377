#include "primitives/metrics/prometheus_text.h"

#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace glassgate {
namespace {

// Help texts keep their quotes, label values do not.
void append_escaped(std::string& out, std::string_view text, bool in_quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && in_quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

// The shortest text that reads back as the same number.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  return {digits, end};
}

}  // namespace

void PrometheusText::family(std::string_view name, std::string_view type, std::string_view help) {
  family_ = name;
  text_.append("# HELP ").append(name).append(" ");
  append_escaped(text_, valid_utf8(help), false);
  text_.append("\n# TYPE ").append(name).append(" ").append(type).append("\n");
}

void PrometheusText::line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value) {
  text_.append(family_).append(suffix);
  char separator = '{';
  for (const Label& label : labels) {
    text_.append(1, separator).append(label.name).append("=\"");
    append_escaped(text_, valid_utf8(label.value), true);
    text_.append("\"");
    separator = ',';
  }
  if (!bound.empty()) {
    text_.append(1, separator).append("le=\"").append(bound).append("\"");
    separator = ',';
  }
  if (separator == ',') text_.append("}");
  text_.append(" ").append(value).append("\n");
}

void PrometheusText::sample(Labels labels, uint64_t value) {
  line("", labels, "", std::to_string(value));
}

void PrometheusText::sample(Labels labels, double value) {
  line("", labels, "", number(value));
}

void PrometheusText::histogram(Labels labels, const Histogram::Reading& reading) {
  for (size_t i = 0; i < Histogram::bounds.size(); ++i) {
    line("_bucket", labels, number(Histogram::bounds[i]), std::to_string(reading.cumulative[i]));
  }
  line("_bucket", labels, "+Inf", std::to_string(reading.count));
  line("_sum", labels, "", number(reading.sum));
  line("_count", labels, "", std::to_string(reading.count));
}

}  // namespace glassgate
