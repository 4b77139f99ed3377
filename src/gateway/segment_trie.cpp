#include "gateway/segment_trie.h"

#include <functional>
#include <utility>

namespace glassgate {
namespace {

constexpr size_t smallest_table = 16;

// Multiplying carries every bit upwards only, so the shift brings the good upper half down to the next round, and
// slot_hash() takes its bits from there.
uint64_t mix(uint64_t way, uint64_t next) {
  const uint64_t product = (way ^ next) * 0x9E3779B97F4A7C15U;
  return product ^ (product >> 32);
}

uint64_t extend(uint64_t way, std::string_view segment) {
  return mix(way, std::hash<std::string_view>{}(segment));
}

uint32_t slot_hash(uint64_t way) {
  return static_cast<uint32_t>(way >> 32);
}

}  // namespace

SegmentTrie::SegmentTrie() : slots_(smallest_table) {}

SegmentTrie::Cursor SegmentTrie::add_root() {
  return append(none, {}, mix(0, nodes_.size() + 1));
}

SegmentTrie::Cursor SegmentTrie::add(const Cursor& at, std::string_view segment) {
  const uint64_t hash = extend(at.hash, segment);
  const Node child = find(at.node, segment, hash);
  if (child != none) return {child, hash};
  if (2 * (edges_ + 1) > slots_.size()) grow();
  const Cursor added = append(at.node, segment, hash);
  insert(slot_hash(hash), added.node);
  ++edges_;
  return added;
}

bool SegmentTrie::step(Cursor& at, std::string_view segment) const {
  const uint64_t hash = extend(at.hash, segment);
  const Node child = find(at.node, segment, hash);
  if (child == none) return false;
  at = {child, hash};
  return true;
}

SegmentTrie::Cursor SegmentTrie::append(Node parent, std::string_view segment, uint64_t hash) {
  const Node node = static_cast<Node>(nodes_.size());
  nodes_.push_back({parent, static_cast<uint32_t>(texts_.size()), static_cast<uint32_t>(segment.size())});
  texts_ += segment;
  return {node, hash};
}

SegmentTrie::Node SegmentTrie::find(Node parent, std::string_view segment, uint64_t hash) const {
  const size_t mask = slots_.size() - 1;
  const uint32_t wanted = slot_hash(hash);
  // Ends because at least half of the slots are free.
  for (size_t i = wanted & mask; slots_[i].node != none; i = (i + 1) & mask) {
    if (slots_[i].hash != wanted) continue;
    const Entry& entry = nodes_[slots_[i].node];
    if (entry.parent != parent) continue;
    if (std::string_view(texts_).substr(entry.text_at, entry.text_size) == segment) return slots_[i].node;
  }
  return none;
}

void SegmentTrie::insert(uint32_t hash, Node node) {
  const size_t mask = slots_.size() - 1;
  size_t i = hash & mask;
  while (slots_[i].node != none) i = (i + 1) & mask;
  slots_[i] = {hash, node};
}

void SegmentTrie::grow() {
  const std::vector<Slot> old = std::move(slots_);
  slots_ = std::vector<Slot>(2 * old.size());
  for (const Slot& slot : old) {
    if (slot.node != none) insert(slot.hash, slot.node);
  }
}

}  // namespace glassgate
