#include "soak/ledger.h"

#include <algorithm>
#include <string_view>

namespace glassgate::soak {
namespace {

constexpr size_t most_messages = 20;

}  // namespace

Plan Ledger::next() {
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = entries_.size();
    entries_.emplace_back();
  }
  return plan(number);
}

bool Ledger::knows(uint64_t number) const {
  const std::lock_guard lock(mutex_);
  return number > 0 && number < entries_.size();
}

unsigned Ledger::arrived(const Plan& plan) {
  unsigned before = 0;
  {
    const std::lock_guard lock(mutex_);
    before = entries_[plan.number].seen++;
    if (before == 1) ++counts_.repeated;
  }
  if (before > 0 && plan.method == "POST") violation(plan.number, "a POST was sent to backends twice");
  if (before > 6) violation(plan.number, "was sent to backends " + std::to_string(before + 1) + " times");
  return before;
}

void Ledger::answers(const Plan& plan, int status) {
  const std::lock_guard lock(mutex_);
  entries_[plan.number].status = static_cast<uint16_t>(status);
}

void Ledger::ends_early(const Plan& plan) {
  const std::lock_guard lock(mutex_);
  entries_[plan.number].ended_early = true;
}

void Ledger::ends_behind() {
  const std::lock_guard lock(mutex_);
  ++ended_behind_;
}

void Ledger::close(const Plan& plan, const Ending& ending) {
  std::string objection_to_it;
  {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[plan.number];
    objection_to_it = entry.closed ? "ended twice" : objection(plan, ending, entry);
    entry.closed = true;
    count(ending);
  }
  if (!objection_to_it.empty()) violation(plan.number, objection_to_it);
}

// Empty: all is well.
std::string Ledger::objection(const Plan& plan, const Ending& ending, const Entry& entry) {
  const bool is_named_wrong = ending.kind != Ending::Kind::own_answer && !ending.explanation.empty();
  if (is_named_wrong) return ending.explanation;
  switch (ending.kind) {
    case Ending::Kind::left: return "";
    case Ending::Kind::own_answer: return objection_to_own(plan, ending, entry);
    case Ending::Kind::unanswered: return "was not answered at all";
    case Ending::Kind::cut: return entry.ended_early ? "" : "was cut " + ending.place + ", and no backend ended it";
    case Ending::Kind::whole: break;
  }
  if (ending.status == entry.status) return "";
  return "status " + std::to_string(ending.status) + ", and the backend gave " + std::to_string(entry.status);
}

std::string Ledger::objection_to_own(const Plan& plan, const Ending& ending, const Entry& entry) {
  const auto says = [&](int status, std::string_view words) {
    return ending.status == status && (plan.is_head() || ending.explanation == words);
  };
  if (says(503, "the backends are resting after failures")) return "";
  const bool is_closed = says(502, "the backend closed the connection without an answer");
  if (is_closed && entry.ended_early) return "";
  // A request that met the end of a kept connection, and that must not be sent again.
  if (is_closed && entry.seen == 0 && plan.upload != Framing::none && ran_into_end_++ < ended_behind_) return "";
  return "the gateway answered " + std::to_string(ending.status) + " without a reason: " + ending.explanation;
}

void Ledger::count(const Ending& ending) {
  ++counts_.requests;
  ++counts_.by_class[std::clamp(ending.status / 100, 0, 5)];
  counts_.cut += ending.kind == Ending::Kind::cut ? 1 : 0;
  counts_.unanswered += ending.kind == Ending::Kind::unanswered ? 1 : 0;
  counts_.left += ending.kind == Ending::Kind::left ? 1 : 0;
  if (ending.kind != Ending::Kind::own_answer) return;
  ++(ending.status == 503 ? counts_.own_503 : counts_.own_502);
}

void Ledger::violation(uint64_t number, const std::string& what) {
  ++violations_;
  const std::lock_guard lock(mutex_);
  if (first_.size() < most_messages) first_.push_back({number, what});
}

Counts Ledger::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

std::vector<Violation> Ledger::first_violations() const {
  const std::lock_guard lock(mutex_);
  return first_;
}

}  // namespace glassgate::soak
