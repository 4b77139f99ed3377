#include "show/ring.h"

namespace glassgate::examples {
namespace {

constexpr double radius = 84;
constexpr double side = 232;  // of the square that a ring stands in
constexpr double top = 44;

}  // namespace

size_t Rings::add(std::string label) {
  rings_.push_back({std::move(label), {}, {}});
  return rings_.size() - 1;
}

void Rings::owner(size_t ring, double from, double to, Tone tone) {
  rings_[ring].parts.push_back({from, to, tone});
}

void Rings::key(size_t ring, double at, Tone tone, bool moved) {
  rings_[ring].keys.push_back({at, tone, moved});
}

void Rings::legend(Tone tone, std::string meaning) {
  legend_.emplace_back(tone, std::move(meaning));
}

std::string Rings::svg() const {
  Svg svg(side * static_cast<double>(rings_.size()), top + side + 40, title_);
  for (size_t i = 0; i < rings_.size(); ++i) {
    const Place centre{side * (static_cast<double>(i) + 0.5), top + side / 2};
    for (const Part& part : rings_[i].parts) svg.arc(centre, radius, part.from, part.to, part.tone);
    for (const Key& key : rings_[i].keys) svg.bead(on_circle(centre, radius + 16, key.at), 3, key.tone, key.moved);
    svg.text({centre.x, centre.y + 4}, rings_[i].label, "", "middle");
  }
  double x = 16;
  for (const auto& [tone, meaning] : legend_) {
    svg.bead({x + 6, top + side + 16}, 6, tone);
    svg.text({x + 18, top + side + 20}, meaning, "soft");
    x += 40 + 6.6 * static_cast<double>(meaning.size());
  }
  return svg.end();
}

}  // namespace glassgate::examples
