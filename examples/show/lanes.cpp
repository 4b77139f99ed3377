#include "show/lanes.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace glassgate::examples {
namespace {

constexpr double width = 700;
constexpr double left = 130;
constexpr double right = 682;
constexpr double top_of_lanes = 48;
constexpr double gap = 16;
constexpr double level_height = 90;
constexpr double bead_radius = 7;
constexpr double bead_step = 2 * bead_radius + 3;

// The smallest of 1, 2, 5, 10, 20 ... with which at most ten steps cover the axis.
double step_for(double length) {
  double size = std::pow(10, std::floor(std::log10(length)) - 1);
  for (;; size *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      if (length / (size * factor) <= 10) return size * factor;
    }
  }
}

std::string plain(double value) {
  std::string text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

Lanes::Lanes(std::string title, std::string axis, double begin, double end)
    : title_(std::move(title)), axis_(std::move(axis)), begin_(begin), end_(end) {}

size_t Lanes::add(std::string label, double top) {
  lanes_.push_back({std::move(label), top, {}, {}, {}, {}});
  return lanes_.size() - 1;
}

void Lanes::bead(size_t lane, double at, Tone tone, std::string label) {
  lanes_[lane].beads.push_back({at, tone, std::move(label)});
}

void Lanes::span(size_t lane, double from, double to, Tone tone, std::string label) {
  lanes_[lane].spans.push_back({from, to, tone, std::move(label)});
}

void Lanes::level(size_t lane, double at, double value, Tone tone, bool ramp) {
  auto& curves = lanes_[lane].curves;
  auto curve = std::find_if(curves.begin(), curves.end(), [&](const Curve& c) { return c.tone == tone; });
  if (curve == curves.end()) curve = curves.insert(curves.end(), {tone, {}});
  auto& points = curve->points;
  if (!ramp && !points.empty()) points.push_back({at, points.back().y});
  points.push_back({at, value});
}

void Lanes::limit(size_t lane, double value, std::string label) {
  lanes_[lane].limits.emplace_back(value, std::move(label));
}

void Lanes::legend(Tone tone, std::string meaning) {
  legend_.emplace_back(tone, std::move(meaning));
}

// As high as its highest stack of beads, when it has no levels.
double Lanes::height_of(const Lane& lane) const {
  if (lane.top > 0) return level_height;
  std::map<double, int> stacked;
  int highest = 1;
  for (const Bead& bead : lane.beads) highest = std::max(highest, ++stacked[bead.at]);
  return highest * bead_step;
}

double Lanes::place(double at) const {
  return left + (at - begin_) / (end_ - begin_) * (right - left);
}

std::string Lanes::svg() const {
  double bottom = top_of_lanes;
  for (const Lane& lane : lanes_) bottom += height_of(lane) + gap;
  Svg svg(width, bottom + (legend_.empty() ? 40 : 64), title_);
  if (!axis_.empty()) draw_axis(svg, bottom);
  double y = top_of_lanes;
  for (const Lane& lane : lanes_) {
    y += height_of(lane);
    draw_lane(svg, lane, y);
    y += gap;
  }
  draw_legend(svg, bottom + 48);
  return svg.end();
}

void Lanes::draw_axis(Svg& svg, double bottom) const {
  const double step = step_for(end_ - begin_);
  for (double at = std::ceil(begin_ / step) * step; at <= end_ + step / 100; at += step) {
    svg.line({place(at), top_of_lanes - 6}, {place(at), bottom}, "grid");
    svg.text({place(at), bottom + 16}, plain(at), "soft", "middle");
  }
  svg.text({left - 14, bottom + 16}, axis_, "soft", "end");
}

void Lanes::draw_lane(Svg& svg, const Lane& lane, double bottom) const {
  svg.text({left - 14, bottom - height_of(lane) / 2 + 4}, lane.label, "", "end");
  svg.line({left, bottom}, {right, bottom}, "axis");
  if (lane.top > 0) draw_levels(svg, lane, bottom);
  for (const Span& span : lane.spans) {
    const double from = place(span.from);
    const double to = place(span.to);
    svg.box({from, bottom - bead_step}, std::max(to - from - 1, 1.0), bead_step - 1, span.tone);
    if (!span.label.empty()) svg.text({(from + to) / 2, bottom - 4}, span.label, "", "middle");
  }
  std::map<double, int> stacked;
  for (const Bead& bead : lane.beads) {
    const Place at{place(bead.at), bottom - bead_step * stacked[bead.at]++ - bead_step / 2};
    svg.bead(at, bead_radius, bead.tone, !bead.label.empty());
    if (!bead.label.empty()) svg.text({at.x, at.y + 4}, bead.label, "", "middle");
  }
}

void Lanes::draw_levels(Svg& svg, const Lane& lane, double bottom) const {
  const auto height = [&](double value) { return bottom - value / lane.top * level_height; };
  svg.text({left - 3, height(lane.top) + 4}, plain(lane.top), "soft", "end");
  for (const auto& [value, label] : lane.limits) {
    svg.line({left, height(value)}, {right, height(value)}, "limit");
    svg.text({right, height(value) - 4}, label, "soft", "end");
  }
  for (const Curve& curve : lane.curves) {
    std::vector<Place> points;
    for (const Place& point : curve.points) points.push_back({place(point.x), height(point.y)});
    if (points.back().x < right) points.push_back({right, points.back().y});
    svg.path(points, curve.tone);
  }
}

void Lanes::draw_legend(Svg& svg, double y) const {
  double x = left;
  for (const auto& [tone, meaning] : legend_) {
    svg.bead({x + bead_radius, y - 4}, bead_radius - 1, tone);
    svg.text({x + bead_step + 4, y}, meaning, "soft");
    x += bead_step + 24 + 6.6 * static_cast<double>(meaning.size());
  }
}

}  // namespace glassgate::examples
