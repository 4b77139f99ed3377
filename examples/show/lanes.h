// A picture of steps in lanes: time, or the number of the pick, runs from left to right, and what happened stands in
// the lane of whom it happened to.
//
//   Lanes lanes("Burst of 3, then 4 a second", "milliseconds", 0, 1000);
//   const size_t tokens = lanes.add("tokens", 3);   // a lane with levels, from 0 to 3
//   const size_t requests = lanes.add("requests");  // a lane with beads and spans
//   lanes.level(tokens, 0, 3);
//   lanes.bead(requests, 0, Tone::good);
//   example.draw(lanes.svg());
//
// Units: `at`, `from` and `to` are those of the axis.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "show/svg.h"

namespace glassgate::examples {

class Lanes {
 public:
  // Without a name there is an order from left to right, and no axis.
  Lanes(std::string title, std::string axis, double begin, double end);

  // `top`: the highest level that the lane can show; 0: a low lane, for beads and spans.
  size_t add(std::string label, double top = 0);

  // An event. Beads at the same place of a lane are stacked upwards. `label` stands in it: one or two letters.
  void bead(size_t lane, double at, Tone tone, std::string label = "");
  // A state that lasts. `label` stands in it.
  void span(size_t lane, double from, double to, Tone tone, std::string label = "");
  // What a level became, and stays until the next call (or, with `ramp`, what it has reached since the last).
  void level(size_t lane, double at, double value, Tone tone = Tone::a, bool ramp = false);
  // A dashed line across the lane, at this level.
  void limit(size_t lane, double value, std::string label);
  // What the colours mean, below the picture.
  void legend(Tone tone, std::string meaning);

  std::string svg() const;

 private:
  struct Bead {
    double at;
    Tone tone;
    std::string label;
  };
  struct Span {
    double from;
    double to;
    Tone tone;
    std::string label;
  };
  struct Curve {
    Tone tone;
    std::vector<Place> points;  // x in units of the axis, y in those of the level
  };
  struct Lane {
    std::string label;
    double top;
    std::vector<Bead> beads;
    std::vector<Span> spans;
    std::vector<Curve> curves;
    std::vector<std::pair<double, std::string>> limits;
  };

  double height_of(const Lane& lane) const;
  double place(double at) const;  // on the picture, from the left
  void draw_axis(Svg& svg, double bottom) const;
  void draw_lane(Svg& svg, const Lane& lane, double bottom) const;
  void draw_levels(Svg& svg, const Lane& lane, double bottom) const;
  void draw_legend(Svg& svg, double y) const;

  std::string title_;
  std::string axis_;
  double begin_;
  double end_;
  std::vector<Lane> lanes_;
  std::vector<std::pair<Tone, std::string>> legend_;
};

}  // namespace glassgate::examples
