// A trie whose edges are segments: "/api/users" is the way "api" -> "users", "api.example.com" the way
// "com" -> "example" -> "api".
//
// Problem: find in one walk everything that begins as a text does, at a cost that the number of entries does not
// change. Algorithm: the nodes are numbers, and all edges of all nodes stand in one hash table (open addressing, linear
// probing, at most half full). A step hashes the segment onto the hash of the way so far, so the place of the next
// edge is known before the last one has come from memory.
// Guarantee: a step costs time linear in its segment, whatever was added; a walk ends at the first segment that leads
// nowhere. Nothing here recurses: a node is an element of a vector, and a way may be as long as memory lasts.
// Invariants:
//   I1 a step finds exactly the segment that was added under that node: a hash only says where to look
//   I2 a parent's number is smaller than those of its children
// Thread rule: immutable once built; any thread may walk.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace glassgate {

class SegmentTrie {
 public:
  using Node = uint32_t;
  static constexpr Node none = UINT32_MAX;

  // A place in the trie, and the hash of the way to it.
  struct Cursor {
    Node node = none;
    uint64_t hash = 0;
  };

  SegmentTrie();
  Cursor add_root();                                       // one structure may hold many tries
  Cursor add(const Cursor& at, std::string_view segment);  // the child that exists, or a new one
  bool step(Cursor& at, std::string_view segment) const;   // false: no such child, and `at` stays
  Node parent(Node node) const { return nodes_[node].parent; }
  size_t size() const { return nodes_.size(); }

 private:
  struct Entry {
    Node parent = none;
    uint32_t text_at = 0;  // of the segment, in texts_
    uint32_t text_size = 0;
  };
  struct Slot {
    uint32_t hash = 0;
    Node node = none;  // none: free
  };

  Cursor append(Node parent, std::string_view segment, uint64_t hash);
  Node find(Node parent, std::string_view segment, uint64_t hash) const;
  void insert(uint32_t hash, Node node);
  void grow();

  std::vector<Entry> nodes_;
  std::vector<Slot> slots_;  // a power of two of them
  std::string texts_;
  size_t edges_ = 0;
};

}  // namespace glassgate
