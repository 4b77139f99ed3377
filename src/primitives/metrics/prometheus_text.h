// The Prometheus text format, version 0.0.4, written by hand.
//
// Problem: a page with one wrong byte is thrown away whole by who scrapes it; and some labels hold text from outside.
// Guarantee: whatever goes in, the page parses: names are the caller's, help texts and label values are escaped,
// numbers are written as the format has them (+Inf, NaN).
// Invariants:
//   I1 a family's # HELP and # TYPE come once, before its samples, and its samples stand together, where family() is
//      called once for each name
//   I2 label values are escaped: backslash, quote, line feed; bytes that are no UTF-8 become U+FFFD, in help texts, too
//   I3 a histogram's buckets are cumulative, end with le="+Inf", and are followed by _sum and _count
// Thread rule: belongs to one thread.
// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "primitives/metrics/counters.h"

namespace glassgate {

class PrometheusText {
 public:
  static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

  struct Label {
    std::string_view name;
    std::string_view value;
  };
  using Labels = std::initializer_list<Label>;

  // Begins a family: what follows, up to the next, are its samples. `type`: counter, gauge or histogram.
  void family(std::string_view name, std::string_view type, std::string_view help);
  void sample(Labels labels, uint64_t value);
  void sample(Labels labels, double value);
  void histogram(Labels labels, const Histogram::Reading& reading);

  std::string take() { return std::move(text_); }

 private:
  void line(std::string_view suffix, Labels labels, std::string_view bound, std::string_view value);

  std::string text_;
  std::string family_;
};

}  // namespace glassgate
