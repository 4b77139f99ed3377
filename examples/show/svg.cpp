#include "show/svg.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <numbers>

namespace glassgate::examples {
namespace {

constexpr std::string_view style =
    "text { font: 12px system-ui, sans-serif; fill: #333a42; }\n"
    ".title { font-size: 15px; font-weight: 600; }\n"
    ".soft { fill: #6a737d; }\n"
    ".grid { stroke: #8b949e; stroke-opacity: .25; stroke-width: 1; }\n"
    ".axis { stroke: #8b949e; stroke-width: 1; }\n"
    ".limit { stroke: #c2475e; stroke-width: 1; stroke-dasharray: 5 4; }\n"
    "@media (prefers-color-scheme: dark) { text { fill: #d6dbe1; } .soft { fill: #9aa4af; } }";

std::string_view colour_of(Tone tone) {
  switch (tone) {
    case Tone::good: return "#2f9e64";
    case Tone::bad: return "#c2475e";
    case Tone::wait: return "#d9a02e";
    case Tone::soft: return "#9aa4af";
    case Tone::a: return "#2f7ed8";
    case Tone::b: return "#d9722e";
    case Tone::c: return "#a35fc4";
  }
  return "";
}

std::string fixed(double value) {
  std::array<char, 32> digits{};
  std::snprintf(digits.data(), digits.size(), "%.1f", value);
  const std::string text = digits.data();
  return text == "-0.0" ? "0.0" : text;
}

std::string attribute(std::string_view name, double value) {
  return " " + std::string(name) + "=\"" + fixed(value) + "\"";
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string escaped(std::string_view words) {
  std::string out;
  for (const char c : words) {
    switch (c) {
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '&': out += "&amp;"; break;
      default: out += c;
    }
  }
  return out;
}

}  // namespace

Place on_circle(Place centre, double radius, double turns) {
  const double angle = 2 * std::numbers::pi * turns;
  return {centre.x + radius * std::sin(angle), centre.y - radius * std::cos(angle)};
}

Svg::Svg(double width, double height, std::string_view title) {
  out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + fixed(width) + " " + fixed(height) + "\"" +
         attribute("width", width) + attribute("height", height) + " role=\"img\" aria-labelledby=\"title\">\n" +
         "<title id=\"title\">" + escaped(title) + "</title>\n<style>" + std::string(style) + "</style>\n";
  text({12, 24}, title, "title");
}

void Svg::text(Place at, std::string_view words, std::string_view kind, std::string_view anchor) {
  out_ += "<text" + attribute("x", at.x) + attribute("y", at.y) + (kind.empty() ? "" : attribute("class", kind)) +
          (anchor == "start" ? "" : attribute("text-anchor", anchor)) + ">" + escaped(words) + "</text>\n";
}

void Svg::line(Place from, Place to, std::string_view kind) {
  out_ += "<line" + attribute("class", kind) + attribute("x1", from.x) + attribute("y1", from.y) +
          attribute("x2", to.x) + attribute("y2", to.y) + "/>\n";
}

void Svg::path(const std::vector<Place>& points, Tone tone) {
  std::string places;
  for (const Place& point : points) places += (places.empty() ? "" : " ") + fixed(point.x) + "," + fixed(point.y);
  out_ += "<polyline fill=\"none\" stroke-width=\"2\" stroke-linejoin=\"round\"" +
          attribute("stroke", colour_of(tone)) + attribute("points", places) + "/>\n";
}

void Svg::box(Place at, double width, double height, Tone tone) {
  out_ += "<rect rx=\"3\" fill-opacity=\".75\"" + attribute("x", at.x) + attribute("y", at.y) +
          attribute("width", width) + attribute("height", height) + attribute("fill", colour_of(tone)) + "/>\n";
}

void Svg::bead(Place at, double radius, Tone tone, bool hollow) {
  out_ += "<circle stroke-width=\"2\"" + attribute("cx", at.x) + attribute("cy", at.y) + attribute("r", radius) +
          attribute("stroke", colour_of(tone)) + attribute("fill", hollow ? "none" : colour_of(tone)) + "/>\n";
}

void Svg::arc(Place centre, double radius, double from, double to, Tone tone) {
  const Place begin = on_circle(centre, radius, from);
  const Place end = on_circle(centre, radius, to);
  out_ += "<path fill=\"none\" stroke-width=\"14\"" + attribute("stroke", colour_of(tone)) + " d=\"M" + fixed(begin.x) +
          " " + fixed(begin.y) + " A" + fixed(radius) + " " + fixed(radius) + " 0 " + (to - from > 0.5 ? "1" : "0") +
          " 1 " + fixed(end.x) + " " + fixed(end.y) + "\"/>\n";
}

std::string Svg::end() {
  return out_ + "</svg>\n";
}

}  // namespace glassgate::examples
