// A picture of a hash ring: whose each part of the circle is, and where keys stand on it. Several rings stand side by
// side, for what changes between them.
//
//   Rings rings("What moves when blue comes");
//   const size_t before = rings.add("red, green");
//   rings.owner(before, 0.0, 0.4, Tone::a);  // from and to in turns, clockwise from the top
//   rings.key(before, 0.25, Tone::a);
//   example.draw(rings.svg());
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "show/svg.h"

namespace glassgate::examples {

class Rings {
 public:
  explicit Rings(std::string title) : title_(std::move(title)) {}

  size_t add(std::string label);
  void owner(size_t ring, double from, double to, Tone tone);
  void key(size_t ring, double at, Tone tone, bool moved = false);  // one that moved is hollow
  void legend(Tone tone, std::string meaning);

  std::string svg() const;

 private:
  struct Part {
    double from;
    double to;
    Tone tone;
  };
  struct Key {
    double at;
    Tone tone;
    bool moved;
  };
  struct Ring {
    std::string label;
    std::vector<Part> parts;
    std::vector<Key> keys;
  };

  std::string title_;
  std::vector<Ring> rings_;
  std::vector<std::pair<Tone, std::string>> legend_;
};

}  // namespace glassgate::examples
