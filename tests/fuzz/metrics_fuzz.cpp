// Any bytes as help texts, label values and numbers of a page of metrics.
//
// Property: the page is Prometheus text by the letter: a strict reader takes every line of it, and reads back the same
// families, labels and numbers in the same order.
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/utf8.h"
#include "fuzz/target.h"
#include "primitives/metrics/prometheus_text.h"
#include "support/prometheus_reader.h"

namespace glassgate::fuzz {
namespace {

using Page = test::PrometheusReader;

bool is_same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || a == b;
}

void check_sample(Page& page, std::string_view name, std::string_view label, double value) {
  page.skip(name);
  if (!label.empty()) {
    page.skip("{a=\"");
    expect(page.text_up_to('"') == valid_utf8(label), "another label was read");
    page.skip(",b=\"\"}");
  }
  page.skip(" ");
  expect(is_same(page.number(), value), "another number was read");
}

void check_histogram(Page& page, const Histogram::Reading& reading) {
  for (size_t i = 0; i <= Histogram::bounds.size(); ++i) {
    page.skip("h_bucket{le=\"");
    const std::string bound = page.text_up_to('"');
    page.skip("} ");
    const bool is_last = i == Histogram::bounds.size();
    expect(is_last ? bound == "+Inf" : std::stod(bound) == Histogram::bounds.at(i), "another bound: " + bound);
    const uint64_t count = is_last ? reading.count : reading.cumulative.at(i);
    expect(page.number() == static_cast<double>(count), "another bucket was read");
  }
  check_sample(page, "h_sum", "", reading.sum);
  check_sample(page, "h_count", "", static_cast<double>(reading.count));
}

struct Order {
  std::string_view help;
  std::string_view label;
  uint64_t bits = 0;
};

Order take_order(std::string_view& input) {
  Order order;
  order.help = take_piece(input, '\x1E');
  order.label = take_piece(input, '\x1E');
  const std::string_view bytes = input.substr(0, sizeof order.bits);
  std::memcpy(&order.bits, bytes.data(), bytes.size());
  input.remove_prefix(bytes.size());
  return order;
}

void write(PrometheusText& page, const Order& order, const Histogram::Reading& reading) {
  page.family("g", "gauge", order.help);
  if (order.label.empty()) {
    page.sample({}, std::bit_cast<double>(order.bits));
  } else {
    page.sample({{"a", order.label}, {"b", ""}}, order.bits);
  }
  page.family("h", "histogram", "help");
  page.histogram({}, reading);
}

void check(Page& page, const Order& order, const Histogram::Reading& reading) {
  page.skip("# HELP g ");
  expect(page.text_up_to('\n') == valid_utf8(order.help), "another help text was read");
  page.skip("# TYPE g gauge\n");
  const double value = order.label.empty() ? std::bit_cast<double>(order.bits) : static_cast<double>(order.bits);
  check_sample(page, "g", order.label, value);
  page.skip("# HELP h help\n# TYPE h histogram\n");
  check_histogram(page, reading);
}

void run(std::string_view input) {
  PrometheusText text;
  Histogram histogram;
  std::vector<Order> orders;
  std::vector<Histogram::Reading> readings;
  do {
    orders.push_back(take_order(input));
    // 34 bits of nanoseconds: up to 17 seconds, so that every bucket can be met, and all of them can be passed.
    histogram.observe(Duration(static_cast<int64_t>(orders.back().bits >> 30)));
    readings.push_back(histogram.read());
    write(text, orders.back(), readings.back());
  } while (!input.empty());

  const std::string whole = text.take();
  Page page(whole);
  for (size_t i = 0; i < orders.size(); ++i) check(page, orders[i], readings[i]);
  expect(page.at_end(), "more was written than was ordered");
}

const Target target("metrics", run);

}  // namespace
}  // namespace glassgate::fuzz
