// What is counted of the requests to one upstream (and, once more, of those that reached none).
//
// Problem: the labels of a count come from clients, who may send any method; and every request counts.
// Guarantee: as many counters as there are statuses, known methods and errors, whatever clients send: any other method
// is OTHER.
// Invariants:
//   I1 counting takes no lock; a row of counters is made once, by whoever is first, and lives as long as the whole
// Thread rule: any thread.
#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <string_view>

#include "gateway/errors.h"
#include "primitives/metrics/counters.h"

namespace glassgate {

class RequestCounts {
 public:
  RequestCounts() = default;
  ~RequestCounts();
  RequestCounts(const RequestCounts&) = delete;
  RequestCounts& operator=(const RequestCounts&) = delete;

  void count(std::string_view method, int status, Duration time);
  void count_error(Error error) { errors_[static_cast<size_t>(error)].add(); }
  uint64_t errors(Error error) const { return errors_[static_cast<size_t>(error)].value(); }
  // Those that are not zero.
  void for_each(const std::function<void(std::string_view method, int status, uint64_t count)>& visit) const;
  uint64_t total() const;

  Histogram duration;          // from a request's first byte to its answer's last
  Histogram upstream_latency;  // of one attempt: from its beginning to the answer's head
  Counter retries;             // attempts after the first
  Counter retries_refused;     // by the retry budget

 private:
  static constexpr size_t statuses = 600;  // 0: nothing was answered
  static constexpr std::array<std::string_view, 10> methods{"GET",   "HEAD",    "POST",  "PUT",     "DELETE",
                                                            "PATCH", "OPTIONS", "TRACE", "CONNECT", "OTHER"};
  using Row = std::array<Counter, methods.size()>;
  Row& row_of(size_t status);

  std::array<std::atomic<Row*>, statuses> rows_{};
  std::array<Counter, error_count> errors_;
};

}  // namespace glassgate
