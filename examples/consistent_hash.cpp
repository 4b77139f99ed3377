// A fourth backend comes: which keys move, by hash modulo n, on a ring with one point each, and with many?
#include "primitives/balance/consistent_hash.h"

#include <functional>
#include <map>

#include "base/hash.h"
#include "show/example.h"
#include "show/ring.h"

using namespace glassgate;
using namespace glassgate::examples;

namespace {
using Owner = std::function<size_t(int key)>;
const auto name = [](size_t backend) { return std::string(1, "abcd"[backend]); };
constexpr Tone tones[] = {Tone::a, Tone::b, Tone::c, Tone::wait};
const auto text_of = [](int key) { return "user-" + std::to_string(key); };
const auto modulo = [](size_t n) -> Owner { return [n](int key) { return crc32(text_of(key)) % n; }; };

Owner ring(size_t n, unsigned points) {
  std::vector<ConsistentHash::Node> nodes;
  for (size_t i = 0; i < n; ++i) nodes.push_back({name(i), 1});
  ConsistentHash balancer(nodes, points);
  return [=](int key) mutable { return *balancer.pick(Candidates(n, true), text_of(key)); };
}

void draw(Rings& rings, unsigned points, size_t n) {
  const ConsistentHash ruler({{"ruler", 1}}, 50'000);  // how many of its points lie before a key: where the key stands
  const auto place = [&](int key) { return static_cast<double>(ruler.position(text_of(key))) / 50'000; };
  const size_t at = rings.add(n == 4 ? "d comes" : "points each: " + std::to_string(points));
  const Owner now = ring(n, points), before = ring(3, points);
  std::map<double, size_t> owners{{1, 4}};  // the end
  for (int key = 0; key < 4000; ++key) owners[place(key)] = now(key);
  double from = 0;
  for (size_t last = owners.begin()->second; const auto& [to, owner] : owners) {
    if (owner != last) rings.owner(at, std::exchange(from, to), to, tones[std::exchange(last, owner)]);
  }
  for (int key = 0; key < 40; ++key) rings.key(at, place(key), tones[now(key)], now(key) != before(key));
}

}  // namespace

int main(int argc, char** argv) {
  Example example(argc, argv, {{"key", 7}, {"modulo 3"}, {"modulo 4"}, {"ring of 3"}, {"ring of 4"}});
  const Owner by_3 = modulo(3), by_4 = modulo(4), of_3 = ring(3, 150), of_4 = ring(4, 150);
  int by_modulo = 0, on_ring = 0;
  for (int key = 0; key < 1000; ++key) {
    if (key < 12) example.step({text_of(key), name(by_3(key)), name(by_4(key)), name(of_3(key)), name(of_4(key))});
    by_modulo += by_3(key) != by_4(key) ? 1 : 0;
    on_ring += of_3(key) != of_4(key) ? 1 : 0;
  }
  example.say("Moved of 1000: " + std::to_string(by_modulo) + " by modulo, " + std::to_string(on_ring) +
              " on the ring.");
  Rings rings("d comes: whose each part of the ring is, and which keys move");
  for (size_t i = 0; i < 4; ++i) draw(rings, i < 2 ? 1 : 12, 3 + i % 2);  // a point each and twelve, of 3 and of 4
  for (size_t i = 0; i < 4; ++i) rings.legend(tones[i], name(i));
  rings.legend(Tone::soft, "hollow: a key that moved");
  example.draw(rings.svg());
}
