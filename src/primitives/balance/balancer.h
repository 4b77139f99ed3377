// Which backend gets the next request.
//
// Problem: a request may go to several backends; some of them are out (ill, or tried already by this request), and no
// scheme of choosing may need to know why.
// Guarantee: pick() gives the index of a candidate, or nullopt when there is none. It never gives an index whose
// candidate is false. Where turns are counted, a retry takes none from the requests behind it: it would move
// the next one onto the backend that has just failed.
// Thread rule: any number of threads may pick at once.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace glassgate {

// candidates[i] is true when backend i may be picked. Its size is the number of the upstream's backends.
using Candidates = std::vector<bool>;

class Balancer {
 public:
  virtual ~Balancer() = default;
  // `key`: what a hashing balancer hashes; others do not look at it.
  virtual std::optional<size_t> pick(const Candidates& candidates, std::string_view key) = 0;
  // For a request that had its turn, with a backend that could not take it.
  virtual std::optional<size_t> pick_for_retry(const Candidates& candidates, std::string_view key) {
    return pick(candidates, key);
  }
  // For people: what the next pick for this key depends on.
  virtual std::string describe(std::string_view key) const = 0;
  virtual std::string describe_for_retry(std::string_view key) const { return describe(key); }
};

}  // namespace glassgate
