// The account of one request: what each stage decided, why, and how long it took.
//
// Problem: "why did my request go there?" is the question that a gateway is asked most often.
// Guarantee: with `explain: true` every exchange has one; without, none, and no text is made for it. Stages follow each
// other, so the time of one is the time since the note before it.
// Invariants:
//   I1 nothing that a client or a backend sent is in a Server-Timing field: only stages, decisions and times are
// Thread rule: belongs to the worker thread of its exchange, until it is handed to the ExplainBook as a finished text.
// Source: https://www.w3.org/TR/server-timing/
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/mutex.h"

namespace glassgate {

class Explanation {
 public:
  struct Step {
    std::string_view stage;  // a constant
    std::string decision;    // from the configuration or a constant; goes into Server-Timing
    std::string why;         // may hold what the client sent: for /explain, which escapes it, only
    Duration took;
  };

  explicit Explanation(const Clock& clock) : clock_(clock), last_(clock.now()) {}

  void note(std::string_view stage, std::string decision, std::string why = {});
  const std::vector<Step>& steps() const { return steps_; }
  // The value of a Server-Timing field, of the steps so far.
  std::string server_timing() const;

 private:
  const Clock& clock_;
  TimePoint last_;
  std::vector<Step> steps_;
};

// The last accounts, for the admin side.
class ExplainBook {
 public:
  static constexpr size_t kept = 256;

  struct Entry {
    std::string trace_id;
    std::string json;  // one object
    std::string text;  // the same, as a table for a terminal
  };

  void add(Entry entry);
  std::vector<Entry> newest_first() const;
  // The newest one with this id; its fields are empty when there is none.
  Entry find(std::string_view trace_id) const;

 private:
  mutable Mutex mutex_;
  std::deque<Entry> entries_ GUARDED_BY(mutex_);  // oldest first
};

}  // namespace glassgate
