#include "gateway/explanation.h"

#include <algorithm>
#include <cstdio>
#include <utility>

namespace glassgate {
namespace {

// What a quoted-string may hold without escapes (RFC 9110 section 5.6.4).
std::string quotable(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c > '~' || c == '"' || c == '\\'; }, '?');
  return out;
}

std::string milliseconds(Duration d) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", to_milliseconds(d));
  return text;
}

}  // namespace

void Explanation::note(std::string_view stage, std::string decision, std::string why) {
  const TimePoint now = clock_.now();
  steps_.push_back({stage, std::move(decision), std::move(why), now - last_});
  last_ = now;
}

std::string Explanation::server_timing() const {
  std::string out;
  for (const Step& step : steps_) {
    if (!out.empty()) out.append(", ");
    out.append(step.stage).append(";dur=").append(milliseconds(step.took));
    out.append(";desc=\"").append(quotable(step.decision)).append("\"");
  }
  return out;
}

void ExplainBook::add(Entry entry) {
  const MutexLock lock(mutex_);
  if (entries_.size() == kept) entries_.pop_front();
  entries_.push_back(std::move(entry));
}

std::vector<ExplainBook::Entry> ExplainBook::newest_first() const {
  const MutexLock lock(mutex_);
  return {entries_.rbegin(), entries_.rend()};
}

ExplainBook::Entry ExplainBook::find(std::string_view trace_id) const {
  const MutexLock lock(mutex_);
  const auto found = std::find_if(entries_.rbegin(), entries_.rend(),
                                  [&](const Entry& entry) { return entry.trace_id == trace_id; });
  return found == entries_.rend() ? Entry{} : *found;
}

}  // namespace glassgate
