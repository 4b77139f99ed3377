// Which of the hosts that routes name take a request's host, and in which order they are asked.
//
// Problem: api.example.com, *.example.com, *.com and "any host" may all take one request; the most exact goes first.
// Algorithm: a trie of labels from the right ("com" -> "example" -> "api"): one walk down finds the exact name, the way
// back up passes the wildcards, the longest first.
// Guarantee: a host is compared without its port, the brackets of an IPv6 address, the dot at its end, and its case.
// Invariants:
//   I1 the order is: the exact pattern, the wildcards from the longest to the shortest, the pattern of any host
//   I2 "*.example.com" takes one label or more before it: a.example.com and a.b.example.com, never example.com, and
//      never notexample.com
// Thread rule: immutable once built; any thread may ask.
// Source: https://gateway-api.sigs.k8s.io/reference/spec/#httproutespec (hostnames); RFC 1035 section 2.3.4 (labels).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "gateway/segment_trie.h"

namespace glassgate {

class HostPatterns {
 public:
  static constexpr uint32_t none = UINT32_MAX;

  // One answer, and where to look for the next: for (auto hit = best(h); hit.pattern != none; hit = next(hit)).
  struct Hit {
    uint32_t pattern = none;
    SegmentTrie::Node above = SegmentTrie::none;
  };

  HostPatterns();
  uint32_t add(std::string_view pattern);  // its number, from 0 in the order of the first add; "": any host
  Hit best(std::string_view host) const;
  Hit next(const Hit& hit) const;

 private:
  struct Entry {
    uint32_t exact = none;
    uint32_t wildcard = none;  // of "*.this"
  };

  uint32_t& place_of(std::string_view pattern);
  Hit wildcard_from(SegmentTrie::Node node) const;

  SegmentTrie labels_;
  SegmentTrie::Cursor root_;
  std::vector<Entry> entries_;  // by node of labels_
  uint32_t any_ = none;
  uint32_t size_ = 0;
};

}  // namespace glassgate
