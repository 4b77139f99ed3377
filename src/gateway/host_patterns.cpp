#include "gateway/host_patterns.h"

#include <algorithm>
#include <array>

#include "base/ip_address.h"
#include "base/strings.h"

namespace glassgate {
namespace {

using Node = SegmentTrie::Node;
using Cursor = SegmentTrie::Cursor;

constexpr size_t longest_label = 63;

// "api.example.com" gives "com", "example", "api". Empty labels are given as such: ".com" gives "com", "".
class LabelsFromRight {
 public:
  explicit LabelsFromRight(std::string_view host) : rest_(host), more_(!rest_.empty()) {}
  bool more() const { return more_; }
  std::string_view next() {
    const size_t dot = rest_.rfind('.');
    more_ = dot != std::string_view::npos;
    const std::string_view label = more_ ? rest_.substr(dot + 1) : rest_;
    rest_ = rest_.substr(0, more_ ? dot : 0);
    return label;
  }

 private:
  std::string_view rest_;
  bool more_;
};

std::string_view bare_host(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  const size_t colon = host.find(':');
  if (colon == host.rfind(':')) host = host.substr(0, colon);  // more than one: an IPv6 address without brackets
  if (host.ends_with('.')) host.remove_suffix(1);
  return host;
}

bool step_without_case(const SegmentTrie& trie, Cursor& at, std::string_view label) {
  std::array<char, longest_label> folded{};
  if (label.size() > folded.size()) return false;
  std::transform(label.begin(), label.end(), folded.begin(), lower);
  return trie.step(at, {folded.data(), label.size()});
}

}  // namespace

HostPatterns::HostPatterns() : root_(labels_.add_root()), entries_(labels_.size()) {}

uint32_t HostPatterns::add(std::string_view pattern) {
  uint32_t& place = place_of(pattern);
  if (place == none) place = size_++;
  return place;
}

uint32_t& HostPatterns::place_of(std::string_view pattern) {
  if (pattern.empty()) return any_;
  const bool wildcard = pattern.starts_with("*.");
  if (wildcard) pattern.remove_prefix(2);
  const std::string folded = to_lower(bare_host(pattern));
  Cursor at = root_;
  for (LabelsFromRight labels(folded); labels.more();) at = labels_.add(at, labels.next());
  entries_.resize(labels_.size());
  return wildcard ? entries_[at.node].wildcard : entries_[at.node].exact;
}

HostPatterns::Hit HostPatterns::best(std::string_view host) const {
  std::string_view name = bare_host(host);
  const auto v6 = host.starts_with('[') ? IpAddress::parse(name) : std::nullopt;
  const std::string canonical = v6 ? v6->text() : "";  // of the many ways to spell it, the one that the pattern has
  if (v6) name = canonical;
  Cursor at = root_;
  for (LabelsFromRight labels(name); labels.more();) {
    const std::string_view label = labels.next();
    if (step_without_case(labels_, at, label)) continue;
    // Here a wildcard may stand for the rest, which is a label or more; an empty label is none (I2).
    return wildcard_from(label.empty() ? labels_.parent(at.node) : at.node);
  }
  const uint32_t exact = entries_[at.node].exact;
  const Node above = labels_.parent(at.node);  // at this very node nothing is left for a wildcard
  return exact == none ? wildcard_from(above) : Hit{exact, above};
}

HostPatterns::Hit HostPatterns::next(const Hit& hit) const {
  return hit.pattern == any_ ? Hit{} : wildcard_from(hit.above);
}

HostPatterns::Hit HostPatterns::wildcard_from(Node node) const {
  for (; node != SegmentTrie::none; node = labels_.parent(node)) {
    if (entries_[node].wildcard != none) return {entries_[node].wildcard, labels_.parent(node)};
  }
  return {any_, SegmentTrie::none};
}

}  // namespace glassgate
