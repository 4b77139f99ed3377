#include "gateway/segment_trie.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace glassgate {
namespace {

using Cursor = SegmentTrie::Cursor;

Cursor add_all(SegmentTrie& trie, Cursor at, const std::vector<std::string>& segments) {
  for (const std::string& segment : segments) at = trie.add(at, segment);
  return at;
}

// The node at the end of the way, or none.
SegmentTrie::Node walk(const SegmentTrie& trie, Cursor at, const std::vector<std::string>& segments) {
  for (const std::string& segment : segments) {
    if (!trie.step(at, segment)) return SegmentTrie::none;
  }
  return at.node;
}

TEST_CASE("a step finds exactly the segment that was added under that node (I1)") {
  SegmentTrie trie;
  const Cursor root = trie.add_root();
  const std::vector<std::vector<std::string>> ways = {
      {"a"}, {"a", "b"}, {"b"}, {"b", "a"}, {"ab"}, {""}, {"", ""}, {"a", ""}, {std::string("a\0b", 3)}};
  std::vector<Cursor> ends;
  for (const auto& way : ways) ends.push_back(add_all(trie, root, way));
  for (size_t i = 0; i < ways.size(); ++i) {
    CAPTURE(i);
    CHECK(walk(trie, root, ways[i]) == ends[i].node);
    for (size_t k = 0; k < i; ++k) CHECK(ends[k].node != ends[i].node);
  }
  const std::vector<std::vector<std::string>> strangers = {{"A"}, {"aa"}, {"a", "a"}, {"ab", ""}, {"", "a"}, {"a b"}};
  for (const auto& way : strangers) CHECK(walk(trie, root, way) == SegmentTrie::none);
}

// Of so many, some have the hash of others. Whoever chooses a segment for its hash must not get another's node.
TEST_CASE("segments of the same hash have nodes of their own (I1)") {
  SegmentTrie trie;
  const SegmentTrie::Cursor root = trie.add_root();
  const size_t before = trie.size();
  constexpr size_t segments = 400'000;
  for (size_t i = 0; i < segments; ++i) trie.add(root, std::to_string(1'000'000 + i));
  CHECK(trie.size() == before + segments);
}

TEST_CASE("a step that leads nowhere leaves the cursor where it was") {
  SegmentTrie trie;
  const Cursor root = trie.add_root();
  const Cursor a = trie.add(root, "a");
  Cursor at = a;
  CHECK_FALSE(trie.step(at, "b"));
  CHECK(at.node == a.node);
  CHECK(at.hash == a.hash);
}

TEST_CASE("adding what is there gives the same node again") {
  SegmentTrie trie;
  const Cursor root = trie.add_root();
  const Cursor first = add_all(trie, root, {"a", "b"});
  const size_t size = trie.size();
  CHECK(add_all(trie, root, {"a", "b"}).node == first.node);
  CHECK(trie.size() == size);
}

TEST_CASE("the tries of two roots know nothing of each other") {
  SegmentTrie trie;
  const Cursor one = trie.add_root();
  const Cursor two = trie.add_root();
  trie.add(one, "a");
  CHECK(walk(trie, two, {"a"}) == SegmentTrie::none);
  CHECK(trie.add(two, "a").node != walk(trie, one, {"a"}));
}

TEST_CASE("a parent's number is smaller than its child's (I2)") {
  SegmentTrie trie;
  const Cursor root = trie.add_root();
  add_all(trie, root, {"a", "b", "c"});
  add_all(trie, root, {"d", "b", "c"});
  CHECK(trie.parent(root.node) == SegmentTrie::none);
  for (SegmentTrie::Node node = 1; node < trie.size(); ++node) CHECK(trie.parent(node) < node);
}

TEST_CASE("all of many edges are found after the table grew, and nothing else is") {
  SegmentTrie trie;
  const Cursor root = trie.add_root();
  std::vector<SegmentTrie::Node> nodes;
  for (int i = 0; i < 20000; ++i) nodes.push_back(add_all(trie, root, {"s" + std::to_string(i), "items"}).node);
  CHECK(trie.size() == 40001);
  for (int i = 0; i < 20000; ++i) {
    REQUIRE(walk(trie, root, {"s" + std::to_string(i), "items"}) == nodes[static_cast<size_t>(i)]);
    REQUIRE(walk(trie, root, {"t" + std::to_string(i)}) == SegmentTrie::none);
  }
}

TEST_CASE("a way of two hundred thousand segments is built, walked and destroyed") {
  SegmentTrie trie;
  const Cursor root = trie.add_root();
  Cursor end = root;
  for (int i = 0; i < 200000; ++i) end = trie.add(end, "a");
  Cursor at = root;
  while (trie.step(at, "a")) continue;
  CHECK(at.node == end.node);
}

}  // namespace
}  // namespace glassgate
