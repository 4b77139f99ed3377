// Exercise 10.1 begins here: rendezvous hashing, which has no ring.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "primitives/balance/balancer.h"

namespace glassgate::exercises {

// As the ring has it: CRC-32, and then every bit of it stirs every bit of the result.
constexpr uint32_t stirred_hash(std::string_view text) {
  uint32_t hash = crc32(text);
  hash = (hash ^ (hash >> 16)) * 0x85EBCA6BU;
  hash = (hash ^ (hash >> 13)) * 0xC2B2AE35U;
  return hash ^ (hash >> 16);
}

class Rendezvous {
 public:
  explicit Rendezvous(std::vector<std::string> names) : names_(std::move(names)) {}

  // Every candidate has a score for this key, and the highest is picked.
  std::optional<size_t> pick(const Candidates& candidates, const std::string& key) const {
    const size_t at = stirred_hash(key) % names_.size();  // yours: almost every key moves when n changes
    return candidates[at] ? std::optional(at) : std::nullopt;
  }

 private:
  std::vector<std::string> names_;
};

}  // namespace glassgate::exercises
