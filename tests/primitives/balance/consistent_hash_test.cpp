#include "primitives/balance/consistent_hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "base/hash.h"

namespace glassgate {
namespace {

using Nodes = std::vector<ConsistentHash::Node>;
using Keys = std::vector<std::string>;

constexpr unsigned virtual_nodes = 150;  // the configuration's default
constexpr size_t keys_of_a_kind = 10000;

// What clients really send: each kind differs from key to key in a few places only.
std::map<std::string, Keys> make_realistic_keys() {
  std::map<std::string, Keys> kinds;
  std::mt19937 random(1);  // NOLINT: the same every time
  for (size_t i = 0; i < keys_of_a_kind; ++i) {
    const std::string n = std::to_string(i);
    kinds["one network"].push_back("10.7." + std::to_string(i / 250) + "." + std::to_string(i % 250));
    std::string address = std::to_string(random() % 256);
    for (int part = 0; part < 3; ++part) address += "." + std::to_string(random() % 256);
    kinds["any address"].push_back(address);
    kinds["path"].push_back("/items/" + n);
    kinds["file"].push_back("/img/" + std::to_string(i % 100) + "/" + std::to_string(i / 100) + ".png");
    std::string session;
    for (int digit = 0; digit < 32; ++digit) session += "0123456789abcdef"[random() % 16];
    kinds["session"].push_back(session);
  }
  return kinds;
}

const std::map<std::string, Keys>& realistic_keys() {
  static const auto kinds = make_realistic_keys();
  return kinds;
}

Nodes equal_nodes(const std::vector<std::string>& names) {
  Nodes nodes;
  for (const std::string& name : names) nodes.push_back({name, 1});
  return nodes;
}

// Five neighbours: the addresses 10.0.0.1 and so on, or five ports of one machine.
Nodes neighbours(unsigned set) {
  Nodes nodes;
  for (unsigned i = 0; i < 5; ++i) {
    nodes.push_back({set % 2 == 0 ? "10.0." + std::to_string(set) + "." + std::to_string(i + 1) + ":8080"
                                  : "127.0.0.1:" + std::to_string(9000 + 10 * set + i),
                     1});
  }
  return nodes;
}

// Which node, by name, each key goes to.
std::vector<std::string> owners(const Nodes& nodes, const Keys& keys, Candidates candidates = {}) {
  ConsistentHash balancer(nodes, virtual_nodes);
  if (candidates.empty()) candidates.assign(nodes.size(), true);
  std::vector<std::string> out;
  for (const std::string& key : keys) out.push_back(nodes[balancer.pick(candidates, key).value()].name);
  return out;
}

double share(const std::vector<std::string>& owners, const std::string& name) {
  return static_cast<double>(std::count(owners.begin(), owners.end(), name)) / static_cast<double>(owners.size());
}

// By how much of its fair share the worst of five equal backends is off.
double worst_of_five(const Nodes& nodes, const Keys& keys) {
  const auto picked = owners(nodes, keys);
  double worst = 0;
  for (const auto& node : nodes) worst = std::max(worst, std::abs(share(picked, node.name) * 5 - 1));
  return worst;
}

// A share is off by about 1/sqrt(virtual_nodes), 8 %, and the worst of five by about a tenth. A quarter is seldom, but
// no bound: of 1,000 sets of five ports, 5 were further off, one of them by 36 %. More virtual nodes make it less.
// Measured, over 40 such sets of five neighbours and 5 kinds of 10,000 keys: the worst backend of all is 22 % off. With
// CRC-32 alone, it was 59 %.
TEST_CASE("equal backends get equal shares, nearly: of these sets, none is off by a quarter, whatever the keys are") {
  double worst = 0;
  for (const auto& kind : realistic_keys()) {
    CAPTURE(kind.first);
    for (unsigned set = 0; set < 10; ++set) {
      CAPTURE(set);
      const double off = worst_of_five(neighbours(set), kind.second);
      CHECK(off < 0.25);
      worst = std::max(worst, off);
    }
  }
  CHECK(worst > 0.05);  // a ring is no division: if this fails, the measure is wrong
}

TEST_CASE("a key meets the same backend again and again, and on every ring that was built the same") {
  const Nodes nodes = neighbours(0);
  for (const auto& kind : realistic_keys()) {
    CAPTURE(kind.first);
    CHECK(owners(nodes, kind.second) == owners(nodes, kind.second));
  }
  ConsistentHash balancer(nodes, virtual_nodes);
  const auto first = balancer.pick(Candidates(5, true), "the same");
  for (int i = 0; i < 100; ++i) CHECK(balancer.pick(Candidates(5, true), "the same") == first);
}

// Measured: between 15.3 and 18.1 % of the keys move; a sixth is 16.7 %.
TEST_CASE("a sixth backend takes about a sixth of the keys, and no key moves to another (I2)") {
  for (unsigned set = 0; set < 4; ++set) {
    const Nodes before = neighbours(set);
    Nodes after = before;
    after.insert(after.begin() + set % 6, {"10.9.9.9:8080", 1});
    for (const auto& kind : realistic_keys()) {
      CAPTURE(kind.first);
      CAPTURE(set);
      const Keys& keys = kind.second;
      const auto old_owners = owners(before, keys);
      const auto new_owners = owners(after, keys);
      size_t moved = 0;
      size_t moved_elsewhere = 0;
      for (size_t i = 0; i < keys.size(); ++i) {
        if (old_owners[i] == new_owners[i]) continue;
        ++moved;
        if (new_owners[i] != "10.9.9.9:8080") ++moved_elsewhere;
      }
      CHECK(moved_elsewhere == 0);
      const double part = static_cast<double>(moved) / static_cast<double>(keys.size());
      CHECK(part > 0.12);
      CHECK(part < 0.21);
    }
  }
}

TEST_CASE("the keys of one that is out walk on, to several others, and nobody else's key moves (I2)") {
  const Nodes nodes = neighbours(0);
  const Keys& keys = realistic_keys().at("path");
  const auto all = owners(nodes, keys);
  for (size_t out = 0; out < nodes.size(); ++out) {
    CAPTURE(out);
    Candidates candidates(nodes.size(), true);
    candidates[out] = false;
    const auto without = owners(nodes, keys, candidates);
    std::map<std::string, size_t> heirs;
    size_t moved_needlessly = 0;
    for (size_t i = 0; i < keys.size(); ++i) {
      if (all[i] == nodes[out].name) {
        ++heirs[without[i]];
      } else if (all[i] != without[i]) {
        ++moved_needlessly;
      }
    }
    CHECK(moved_needlessly == 0);
    CHECK(heirs.size() == 4);
    CHECK(heirs.count(nodes[out].name) == 0);
    for (const auto& [heir, keys_of_heir] : heirs) CHECK(keys_of_heir > 200);  // of about 2,000
    // Out for a while, or taken out of the file: the keys go the same ways.
    Nodes fewer = nodes;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(out));
    CHECK(owners(fewer, keys) == without);
  }
}

TEST_CASE("the walk goes on until it finds a candidate, and ends when there is none") {
  ConsistentHash balancer(neighbours(0), virtual_nodes);
  size_t wrong = 0;
  for (const std::string& key : realistic_keys().at("session")) {
    Candidates candidates(5, true);
    for (size_t left = 5; left > 0; --left) {
      const size_t picked = balancer.pick(candidates, key).value();
      if (!candidates[picked]) ++wrong;
      candidates[picked] = false;
    }
    if (balancer.pick(candidates, key)) ++wrong;
  }
  CHECK(wrong == 0);
  ConsistentHash empty({}, virtual_nodes);
  CHECK(empty.pick({}, "key") == std::nullopt);
}

TEST_CASE("the order in the file is nothing to the ring (I1)") {
  const Keys& keys = realistic_keys().at("any address");
  Nodes nodes{{"a:80", 1}, {"b:80", 3}, {"c:80", 2}, {"d:80", 1}};
  const auto sorted = owners(nodes, keys);
  const auto by_name = [](const auto& a, const auto& b) { return a.name < b.name; };
  size_t orders = 1;
  while (std::next_permutation(nodes.begin(), nodes.end(), by_name)) {
    ++orders;
    CHECK(owners(nodes, keys) == sorted);
  }
  CHECK(orders == 24);
}

// These two have the same CRC-32, and so has whatever is appended to both: every point of one lies on one of the other.
TEST_CASE("of two points on the same hash the first by name is first, on every machine and in every order (I3)") {
  REQUIRE(crc32("plumless#149") == crc32("buckeroo#149"));
  const Keys& keys = realistic_keys().at("path");
  for (const Nodes& nodes : {equal_nodes({"plumless", "buckeroo"}), equal_nodes({"buckeroo", "plumless"})}) {
    const bool buckeroo_first = nodes[0].name == "buckeroo";
    CHECK(share(owners(nodes, keys), "buckeroo") == 1.0);
    const auto without = owners(nodes, keys, {!buckeroo_first, buckeroo_first});
    CHECK(share(without, "plumless") == 1.0);
  }
  // A third one takes its share from both, and their order among themselves stays.
  const auto shared = owners(equal_nodes({"plumless", "c", "buckeroo"}), keys);
  CHECK(share(shared, "plumless") == 0.0);
  CHECK(share(shared, "buckeroo") + share(shared, "c") == doctest::Approx(1.0));
  CHECK(share(shared, "c") > 0.4);
}

TEST_CASE("a weight is a number of points, and shifts the share") {
  CHECK(ConsistentHash({{"a", 1}, {"b", 1}}, 150).points() == 300);
  CHECK(ConsistentHash({{"a", 1}, {"b", 3}}, 150).points() == 600);
  CHECK(ConsistentHash({{"a", 2}, {"b", 3}}, 7).points() == 35);
  CHECK(ConsistentHash({}, 150).points() == 0);
  const Keys& keys = realistic_keys().at("session");
  const auto weighted = owners({{"10.0.0.1:80", 1}, {"10.0.0.2:80", 2}, {"10.0.0.3:80", 5}}, keys);
  CHECK(share(weighted, "10.0.0.1:80") == doctest::Approx(1.0 / 8).epsilon(0.2));
  CHECK(share(weighted, "10.0.0.2:80") == doctest::Approx(2.0 / 8).epsilon(0.2));
  CHECK(share(weighted, "10.0.0.3:80") == doctest::Approx(5.0 / 8).epsilon(0.2));
}

TEST_CASE("more weight for one takes keys from the others, and moves none between them (I2)") {
  const Keys& keys = realistic_keys().at("session");
  const auto before = owners({{"a", 1}, {"b", 1}, {"c", 1}}, keys);
  const auto after = owners({{"a", 1}, {"b", 2}, {"c", 1}}, keys);
  size_t gained = 0;
  for (size_t i = 0; i < keys.size(); ++i) {
    if (before[i] == after[i]) continue;
    CHECK(after[i] == "b");
    ++gained;
  }
  CHECK(gained > 1000);  // about a sixth of them: from a third to a half
  CHECK(gained < 2400);
}

TEST_CASE("position() is the point that a pick starts from, and wraps at the ring's end") {
  ConsistentHash balancer(neighbours(0), virtual_nodes);
  size_t disagreements = 0;
  std::vector<size_t> seen(balancer.points());
  std::vector<size_t> node_of_point(balancer.points(), 5);
  for (const auto& kind : realistic_keys()) {
    for (const std::string& key : kind.second) {
      const size_t at = balancer.position(key);
      if (at >= balancer.points()) FAIL("outside of the ring");
      const size_t node = balancer.pick(Candidates(5, true), key).value();
      if (seen[at]++ > 0 && node_of_point[at] != node) ++disagreements;
      node_of_point[at] = node;
    }
  }
  CHECK(disagreements == 0);
  CHECK(seen.front() > 0);
  CHECK(std::count_if(seen.begin(), seen.end(), [](size_t n) { return n > 0; }) > 700);  // of 750
}

TEST_CASE("it describes itself by the point that the key's walk starts from") {
  const ConsistentHash balancer(neighbours(0), virtual_nodes);
  const std::string at = std::to_string(balancer.position("/items/1"));
  CHECK(balancer.describe("/items/1") == "point " + at + " of 750 on the ring");
}

}  // namespace
}  // namespace glassgate
