// The few shapes that the pictures are made of, as SVG text.
//
// Guarantee: the same calls give the same bytes everywhere: a coordinate has one digit behind the point. Every word is
// escaped. The picture follows its reader's theme, light or dark, and has its title for those who cannot see it.
// Units: the picture's own points, from its top left corner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace glassgate::examples {

// What a shape says. The words are the field's: what was let through, what was not.
enum class Tone { good, bad, wait, soft, a, b, c };

struct Place {
  double x = 0;
  double y = 0;
};
// `turns` from the top, clockwise.
Place on_circle(Place centre, double radius, double turns);

class Svg {
 public:
  Svg(double width, double height, std::string_view title);

  void text(Place at, std::string_view words, std::string_view kind = "", std::string_view anchor = "start");
  void line(Place from, Place to, std::string_view kind);  // "axis", "grid", "limit"
  void path(const std::vector<Place>& points, Tone tone);
  void box(Place at, double width, double height, Tone tone);
  void bead(Place at, double radius, Tone tone, bool hollow = false);
  // A part of a ring, between two angles in turns from the top, clockwise.
  void arc(Place centre, double radius, double from, double to, Tone tone);

  std::string end();

 private:
  std::string out_;
};

}  // namespace glassgate::examples
