// What happened to each request, and whether that is allowed: the soak's book, written by clients and backends.
//
// Guarantee: what a backend is about to do to a request is in the book before it does it, so a client that sees the
// effect finds the cause.
// Invariants:
//   an answer names the request that it belongs to, has the status that the backend gave it and every byte of its body
//   an answer that is cut had a backend that cut it
//   the gateway answers for itself only where a backend ended the connection without a whole head, or is resting
//   a backend sees a POST once at most
// Thread rule: any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "soak/plan.h"

namespace glassgate::soak {

// How a request ended, for its client.
struct Ending {
  enum class Kind { whole, cut, own_answer, unanswered, left };
  Kind kind = Kind::left;
  int status = 0;                // where there was a head
  std::string explanation = {};  // own_answer: the gateway's words; otherwise what was wrong with it, or nothing
  std::string place = {};        // cut: where
};

struct Violation {
  uint64_t number = 0;  // 0: no request's
  std::string what;
};

struct Counts {
  uint64_t requests = 0;
  uint64_t by_class[6]{};  // 2: 2xx
  uint64_t cut = 0;
  uint64_t unanswered = 0;
  uint64_t left = 0;
  uint64_t own_502 = 0;
  uint64_t own_503 = 0;
  uint64_t repeated = 0;  // seen by backends more often than once
};

class Ledger {
 public:
  explicit Ledger(uint64_t seed) : seed_(seed) {}

  // ---- A client's side: a new request, and how it ended.
  Plan next();
  void close(const Plan& plan, const Ending& ending);

  // ---- A backend's side.
  // A request's head is here. How often it was there before.
  unsigned arrived(const Plan& plan);
  void answers(const Plan& plan, int status);
  void ends_early(const Plan& plan);  // ends the connection, inside the answer or in front of it
  void ends_behind();                 // behind an answer, and without a word
  Plan plan(uint64_t number) const { return plan_of(seed_, number); }
  bool knows(uint64_t number) const;

  // ---- Anybody's.
  void violation(uint64_t number, const std::string& what);
  Counts counts() const;
  uint64_t violations() const { return violations_; }
  std::vector<Violation> first_violations() const;

 private:
  struct Entry {
    uint16_t seen = 0;
    uint16_t status = 0;  // that a backend gave last
    bool ended_early = false;
    bool closed = false;
  };
  std::string objection(const Plan& plan, const Ending& ending, const Entry& entry);
  std::string objection_to_own(const Plan& plan, const Ending& ending, const Entry& entry);
  void count(const Ending& ending);

  const uint64_t seed_;
  mutable std::mutex mutex_;
  std::deque<Entry> entries_ = std::deque<Entry>(1);  // by number; 0 is no request's
  Counts counts_;
  uint64_t ended_behind_ = 0;
  uint64_t ran_into_end_ = 0;  // unseen by any backend, and answered 502
  std::vector<Violation> first_;
  std::atomic<uint64_t> violations_{0};
};

}  // namespace glassgate::soak
