#include "support/prometheus_reader.h"

#include <cmath>
#include <cstdlib>
#include <set>
#include <stdexcept>

namespace glassgate::test {
namespace {

constexpr std::string_view label_characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
constexpr std::string_view name_characters = ":abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";

void expect(bool holds, const std::string& otherwise) {
  if (!holds) throw std::runtime_error(otherwise);
}

// Of the labels of one sample: that of a bucket is `le`.
std::set<std::string> read_labels(PrometheusReader& page) {
  std::set<std::string> names;
  for (std::string_view separator = "{"; page.next_is(separator); separator = ",") {
    page.skip(separator);
    const std::string name = page.label_name();
    expect(names.insert(name).second, "a second label " + name);
    page.skip("=\"");
    page.text_up_to('"');
  }
  if (!names.empty()) page.skip("}");
  return names;
}

bool is_of(const std::string& sample, const std::string& family, const std::string& type) {
  if (type != "histogram") return sample == family;
  return sample == family + "_bucket" || sample == family + "_sum" || sample == family + "_count";
}

void read_family(PrometheusReader& page, std::set<std::string>& seen) {
  page.skip("# HELP ");
  const std::string family = page.name();
  expect(seen.insert(family).second, "a second family " + family);
  page.skip(" ");
  page.text_up_to('\n');
  page.skip("# TYPE " + family + " ");
  const std::string type = page.text_up_to('\n');
  expect(type == "counter" || type == "gauge" || type == "histogram", "no type: " + type);
  while (!page.at_end() && !page.next_is("#")) {
    const std::string sample = page.name();
    expect(is_of(sample, family, type), sample + " is no sample of the " + type + " " + family);
    const bool is_bucket = read_labels(page).contains("le");
    expect(is_bucket == (sample != family && sample.ends_with("_bucket")), "a bucket has le, and nothing else has");
    page.skip(" ");
    page.number();
  }
}

}  // namespace

void PrometheusReader::skip(std::string_view text) {
  expect(next_is(text), "expected " + std::string(text) + " in front of " + std::string(rest_.substr(0, 200)));
  rest_.remove_prefix(text.size());
}

std::string PrometheusReader::name() {
  return run_of(name_characters);
}

std::string PrometheusReader::label_name() {
  return run_of(label_characters);
}

std::string PrometheusReader::run_of(std::string_view characters) {
  const std::string out(rest_.substr(0, rest_.find_first_not_of(characters)));
  expect(!out.empty() && (out.front() < '0' || out.front() > '9'), "no name: " + std::string(rest_.substr(0, 200)));
  rest_.remove_prefix(out.size());
  return out;
}

std::string PrometheusReader::text_up_to(char end) {
  std::string out;
  for (;;) {
    const char c = take();
    if (c == end) return out;
    expect(c != '\n', "a line that ends too early");
    out += c == '\\' ? unescape(end == '"') : c;
  }
}

double PrometheusReader::number() {
  const std::string text = text_up_to('\n');
  if (text == "+Inf") return HUGE_VAL;
  if (text == "-Inf") return -HUGE_VAL;
  if (text == "NaN") return NAN;
  expect(!text.empty() && text.find_first_not_of("0123456789+-.e") == std::string::npos, "no number: " + text);
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  expect(*end == '\0', "no number: " + text);
  return value;
}

char PrometheusReader::take() {
  expect(!rest_.empty(), "the page ends inside a line");
  const char c = rest_.front();
  rest_.remove_prefix(1);
  return c;
}

char PrometheusReader::unescape(bool in_quotes) {
  const char c = take();
  if (c == 'n') return '\n';
  expect(c == '\\' || (c == '"' && in_quotes), "an escape that the format does not know");
  return c;
}

void read_prometheus_page(std::string_view text) {
  PrometheusReader page(text);
  std::set<std::string> families;
  while (!page.at_end()) read_family(page, families);
}

}  // namespace glassgate::test
